/* fuzz_replay.c: gives files to a fuzz target once, where there is no libFuzzer.
 * SPDX-License-Identifier: ISC
 *
 * fuzz_X FILE…: a target that does not end the process has held for all of them. Each file's bytes
 * stand in memory of exactly their size, so that the sanitizer sees the first one read too many. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* NULL where the file cannot be read. The caller frees it. */
static uint8_t *
file_read(const char *path, size_t *length)
{
    FILE    *file = fopen(path, "rb");
    long     size = file != NULL && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    uint8_t *bytes = size < 0 ? NULL : malloc(size > 0 ? (size_t)size : 1);

    *length = size < 0 ? 0 : (size_t)size;
    if (bytes != NULL) {
        rewind(file);
        if (fread(bytes, 1, *length, file) != *length) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL)
        fclose(file);
    return bytes;
}

int
main(int count, char *arguments[])
{
    struct tap tap = { 0 };

    for (int i = 1; i < count; i++) {
        size_t   length;
        uint8_t *bytes = file_read(arguments[i], &length);

        if (bytes != NULL)
            LLVMFuzzerTestOneInput(bytes, length);
        tap_ok(&tap, bytes != NULL, "%s", arguments[i]);
        free(bytes);
    }
    return tap_end(&tap);
}
