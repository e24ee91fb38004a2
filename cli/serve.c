/* serve.c: `mixtill serve`: the one supervisor: starts the programs and the worker, restarts what
 * dies, stops all cleanly.
 * SPDX-License-Identifier: ISC
 *
 * It makes the sockets itself and hands them down (LISTEN_FDS), so that a program which dies loses
 * no connection: they wait in the socket until its successor is there. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"

enum { MOST_CHILDREN = 8, MOST_ARGUMENTS = 10, PASSED_FD = 3, BACKLOG = 1024, STOP_MS = 20000 };

struct child {
    const char *name;
    const char *arguments[MOST_ARGUMENTS]; /* [0] is the program's path */
    int         listener;                  /* -1: the worker, which listens to nobody */
    pid_t       pid;                       /* 0: not running */
    int64_t     started_us, not_before_us; /* clock_steady_us */
    int         quick_deaths;
};

struct supervisor {
    const char  *run, *log; /* folders; log "": standard error */
    struct child children[MOST_CHILDREN];
    int          count;
};

static int
open_listener(const char *path, struct error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int                listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || !text_copy(address.sun_path, sizeof address.sun_path, path)) {
        fail(err, ERROR_INPUT, "the path of the socket is too long: %s", path);
        return -1;
    }
    unlink(path);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0
            || chmod(path, 0666) != 0 || listen(listener, BACKLOG) != 0) {
        fail(err, ERROR_INTERNAL, "cannot listen on %s: %s", path, strerror(errno));
        return -1;
    }
    return listener;
}

static struct child *
add(struct supervisor *supervisor, struct arena *arena, const char *program)
{
    struct child *child = &supervisor->children[supervisor->count++];

    child->name = program;
    child->listener = -1;
    child->arguments[0] = arena_format(arena, "%s/%s", app_libexecdir(), program);
    return child;
}

static bool
add_server(struct supervisor *supervisor, struct arena *arena, const char *program,
        const char *const arguments[static 4], struct error *err)
{
    struct child *child = add(supervisor, arena, program);

    for (int i = 0; i < 4; i++)
        child->arguments[i + 1] = arguments[i];
    child->listener = open_listener(arena_format(arena, "%s/%s.sock", supervisor->run, program),
            err);
    return child->listener >= 0;
}

/* In the child: its socket as fd 3, its log, and no life beyond ours. */
static void
become(const struct supervisor *supervisor, const struct child *child)
{
    sigset_t none;
    char     path[4096];
    int      log = -1;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (supervisor->log[0] != '\0') {
        snprintf(path, sizeof path, "%s/%s.log", supervisor->log, child->name);
        log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    }
    if (log >= 0)
        dup2(log, STDERR_FILENO);
    if (child->listener == PASSED_FD)
        fcntl(PASSED_FD, F_SETFD, 0);
    else if (child->listener >= 0)
        dup2(child->listener, PASSED_FD);
    if (child->listener >= 0)
        setenv("LISTEN_FDS", "1", 1);
    execv(child->arguments[0], (char *const *)(uintptr_t)child->arguments);
    fprintf(stderr, "mixtill serve: cannot start %s: %s\n", child->arguments[0], strerror(errno));
    _exit(127);
}

static void
start(const struct supervisor *supervisor, struct child *child)
{
    child->started_us = clock_steady_us();
    child->pid = fork();
    if (child->pid == 0)
        become(supervisor, child);
    log_info(child->pid < 0 ? "not_started" : "started", "program", child->name);
    if (child->pid < 0)
        child->pid = 0;
}

/* A program that dies young waits longer and longer, up to half a minute. */
static void
bury(struct child *child, int status)
{
    int64_t now = clock_steady_us(), pause_us;
    char    how[32];

    child->quick_deaths = now - child->started_us < 5000000 ? child->quick_deaths + 1 : 0;
    pause_us = child->quick_deaths == 0 ? 0 : INT64_C(200000) << (child->quick_deaths < 7
            ? child->quick_deaths : 7);
    child->not_before_us = now + pause_us;
    child->pid = 0;
    snprintf(how, sizeof how, WIFSIGNALED(status) ? "signal %d" : "exit %d",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    log_warn("died", "program", child->name, "how", how);
}

static void
reap(struct supervisor *supervisor, bool stopping)
{
    int   status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < supervisor->count; i++)
            if (supervisor->children[i].pid == pid && stopping)
                supervisor->children[i].pid = 0;
            else if (supervisor->children[i].pid == pid)
                bury(&supervisor->children[i], status);
}

static int
running(const struct supervisor *supervisor)
{
    int count = 0;

    for (int i = 0; i < supervisor->count; i++)
        count += supervisor->children[i].pid > 0;
    return count;
}

static void
tell_all(const struct supervisor *supervisor, int signal)
{
    for (int i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].pid > 0)
            kill(supervisor->children[i].pid, signal);
}

/* Whoever has not gone by then is made to. */
static void
stop_all(struct supervisor *supervisor, const sigset_t *signals)
{
    const struct timespec tick = { 0, 50000000 };
    int64_t               give_up = clock_steady_us() + STOP_MS * INT64_C(1000);

    tell_all(supervisor, SIGTERM);
    while (running(supervisor) > 0) {
        sigtimedwait(signals, NULL, &tick);
        reap(supervisor, true);
        if (clock_steady_us() > give_up)
            tell_all(supervisor, SIGKILL);
    }
    for (int i = 0; i < supervisor->count; i++)
        if (supervisor->children[i].listener >= 0) {
            char path[4096];

            snprintf(path, sizeof path, "%s/%s.sock", supervisor->run,
                    supervisor->children[i].name);
            unlink(path);
        }
}

static int
supervise(struct supervisor *supervisor)
{
    const struct timespec tick = { 0, 200000000 };
    sigset_t              signals;
    int                   signal = 0;

    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE); /* whoever read the log may go; the shop stays */
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    while (signal != SIGTERM && signal != SIGINT) {
        for (int i = 0; i < supervisor->count; i++)
            if (supervisor->children[i].pid == 0
                    && clock_steady_us() >= supervisor->children[i].not_before_us)
                start(supervisor, &supervisor->children[i]);
        signal = sigtimedwait(&signals, NULL, &tick);
        reap(supervisor, false);
    }
    stop_all(supervisor, &signals);
    log_info("stopped", "program", "serve");
    return EXIT_DONE;
}

/* The folder and those above it. The web server's user must get through to the sockets. */
static bool
make_folder(struct arena *arena, const char *path, struct error *err)
{
    for (const char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        size_t length = slash == NULL ? strlen(path) : (size_t)(slash - path);

        if (mkdir(arena_copy_bytes(arena, path, length), 0755) != 0 && errno != EEXIST)
            return fail(err, ERROR_INPUT, "cannot make the folder %s: %s", path, strerror(errno));
        if (slash == NULL)
            return true;
    }
}

/* A second one would take the sockets away from the first. The lock ends with this process. */
static bool
claim_folder(struct arena *arena, const char *run, struct error *err)
{
    int lock = open(arena_format(arena, "%s/serve.lock", run), O_RDWR | O_CREAT | O_CLOEXEC, 0640);

    if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    return fail(err, ERROR_CONFLICT, errno == EWOULDBLOCK
                    ? "another `mixtill serve` runs in %s: stop that one, or give --run"
                    : "cannot lock the folder %s",
            run);
}

static bool
prepare(struct supervisor *supervisor, struct command_line *line, const char *sandbox,
        struct error *err)
{
    const char *const config[4] = { "--config", line->config, NULL, NULL };
    struct child     *worker;

    if (!make_folder(line->arena, supervisor->run, err)
            || !claim_folder(line->arena, supervisor->run, err))
        return false;
    if (!add_server(supervisor, line->arena, "checkout", config, err)
            || !add_server(supervisor, line->arena, "callback", config, err))
        return false;
    worker = add(supervisor, line->arena, "worker");
    worker->arguments[1] = config[0];
    worker->arguments[2] = config[1];
    if (sandbox != NULL) {
        const char *const pretend[4] = { "--base", sandbox, "--state",
            arena_format(line->arena, "%s/sandbox.db", supervisor->run) };

        return add_server(supervisor, line->arena, "sandbox", pretend, err);
    }
    return true;
}

int
command_serve(struct command_line *line)
{
    static const struct option options[] = { { "run", required_argument, NULL, 'r' },
        { "log", required_argument, NULL, 'l' }, { "sandbox", no_argument, NULL, 's' },
        { NULL, 0, NULL, 0 } };
    struct supervisor supervisor = { .run = MIXTILL_RUNSTATEDIR "/mixtill", .log = "" };
    bool              sandbox = false;
    const char       *pretend;
    struct error      err = { ERROR_NONE, "" };
    struct station   *station;
    int               option;

    while ((option = getopt_long(line->argc, line->argv, "", options, NULL)) != -1) {
        if (option == 'r')
            supervisor.run = optarg;
        else if (option == 'l')
            supervisor.log = optarg;
        else if (option == 's')
            sandbox = true;
        else
            return command_usage(line);
    }
    /* A configuration that cannot be used is told here once, not by every program for ever. */
    station = command_open(line, true);
    if (station == NULL)
        return EXIT_TROUBLE;
    pretend = sandbox ? arena_format(line->arena, "%s/sandbox",
                      station->app->settings.base_url_text)
                      : NULL;
    command_close(station);
    if (!prepare(&supervisor, line, pretend, &err))
        return command_fail(&err);
    return supervise(&supervisor);
}
