/* bench_bare.c: the least that a FastCGI program can do: gives every request the same answer.
 * SPDX-License-Identifier: ISC
 *
 * What the classic use of libfcgi reaches behind the same web server, with an answer of the same
 * size: the yardstick for our own programs. */
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MOST_THREADS = 256, MOST_ANSWER = 1 << 20, BACKLOG = 1024 };

struct bare {
    int         listener;
    const char *answer; /* head and body */
    int         length;
};

static void *
serve(void *context)
{
    const struct bare *bare = context;
    FCGX_Request       request;

    if (FCGX_InitRequest(&request, bare->listener, 0) != 0)
        exit(1);
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutStr(bare->answer, bare->length, request.out);
        FCGX_Finish_r(&request);
    }
    return NULL;
}

static bool
read_answer(const char *path, struct bare *bare)
{
    static char answer[MOST_ANSWER];
    FILE       *file = fopen(path, "re");

    if (file == NULL)
        return false;
    bare->length = (int)fread(answer, 1, sizeof answer, file);
    bare->answer = answer;
    fclose(file);
    return bare->length > 0;
}

int
main(int argc, char **argv)
{
    pthread_t   threads[MOST_THREADS];
    int         count = argc == 4 ? atoi(argv[2]) : 0;
    struct bare bare;

    if (count < 1 || count > MOST_THREADS || !read_answer(argv[3], &bare)) {
        fputs("usage: bench_bare SOCKET THREADS FILE\n\nFILE holds the answer, as CGI has it.\n",
                stderr);
        return 2;
    }
    FCGX_Init();
    signal(SIGTERM, SIG_DFL); /* libfcgi would only make a note of it */
    bare.listener = FCGX_OpenSocket(argv[1], BACKLOG);
    if (bare.listener < 0 || chmod(argv[1], 0666) != 0) {
        fprintf(stderr, "bench_bare: cannot listen on %s\n", argv[1]);
        return 1;
    }
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, serve, &bare) != 0)
            return 1;
    pthread_join(threads[0], NULL); /* for ever */
    return 0;
}
