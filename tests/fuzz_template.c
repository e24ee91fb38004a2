/* fuzz_template.c: any bytes as a template, a partial and their data.
 * SPDX-License-Identifier: ISC
 *
 * The input is template, partial {{>p}} and JSON object, with a form feed between them; what is
 * missing is "", and for the data an object with a bit of everything. A page must be UTF-8 text
 * without control characters, within its limit and the same twice; a failure leaves nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "web/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const char everything[] =
        "{\"a\":\"<&>\\\"'\",\"b\":[1,[2,[]],{\"a\":\"x\\ny\"},null],\"c\":{\"b\":{\"a\":1.50}},"
        "\"d\":true,\"e\":false,\"f\":null,\"g\":\"\",\"h\":[],\"i\":0}";

/* Where the next part begins; *length is that of this one. */
static const char *
part_end(const char *bytes, size_t left, size_t *length)
{
    const char *end = memchr(bytes, '\f', left);

    *length = end == NULL ? left : (size_t)(end - bytes);
    return end == NULL ? bytes + left : end + 1;
}

static const struct template *
partial_find(void *context, const char *name)
{
    return strcmp(name, "p") == 0 ? context : NULL;
}

static void
page_check(const struct template *page, const struct template *partial, json_t *data,
        struct arena *arena)
{
    struct template_source source = { partial_find, (void *)(uintptr_t)partial };
    struct text            out, again;
    struct error           err = { ERROR_NONE, "" };
    bool                   done;

    text_open(&out, arena);
    text_open(&again, arena);
    done = template_render(page, data, &source, &out, &err);
    if (out.length > TEMPLATE_OUTPUT || (!done && out.length > 0) || strlen(out.bytes) != out.length
            || !text_is_clean(out.bytes, out.length, true) || done != (err.code == ERROR_NONE))
        abort();
    if (template_render(page, data, &source, &again, NULL) != done
            || strcmp(again.bytes, out.bytes) != 0)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena    *arena = arena_open();
    const char      *parts[3] = { (const char *)bytes };
    const char      *end = parts[0] + length;
    size_t           lengths[3];
    struct template *page = NULL, *partial = NULL;
    struct error     err;
    json_t          *data;

    if (length == 0)
        parts[0] = end = "";
    parts[1] = part_end(parts[0], (size_t)(end - parts[0]), &lengths[0]);
    parts[2] = part_end(parts[1], (size_t)(end - parts[1]), &lengths[1]);
    lengths[2] = (size_t)(end - parts[2]);
    data = json_read(arena, parts[2], lengths[2], NULL);
    if (data == NULL)
        data = json_read(arena, everything, sizeof everything - 1, NULL);
    if (!template_parse(parts[1], lengths[1], &partial, NULL))
        partial = NULL;
    if (template_parse(parts[0], lengths[0], &page, &err))
        page_check(page, partial, data, arena);
    else if (page != NULL || strncmp(err.message, "line ", 5) != 0
            || !text_is_clean(err.message, strlen(err.message), false))
        abort();
    template_close(partial);
    template_close(page);
    arena_close(arena);
    return 0;
}
