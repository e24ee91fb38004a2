/* program.c: the main of a FastCGI program: options, configuration, loop.
 * SPDX-License-Identifier: ISC */
#include "program.h"

#include <getopt.h>
#include <stdio.h>

#include "app.h"
#include "base/text.h"

enum { USUAL_THREADS = 16, MOST_THREADS = 256 };

static void
usage(const struct program *program, FILE *file)
{
    fprintf(file, "usage: %s [--config FILE] [--socket PATH] [--threads N]\n\n%s\n\n"
            "  --config FILE   the configuration (%s)\n"
            "  --socket PATH   unix socket to listen on; without it the socket that systemd,\n"
            "                  spawn-fcgi or `mixtill serve` passes\n"
            "  --threads N     requests answered at a time, 1 to %d (%d)\n",
            program->name, program->purpose, settings_path(), MOST_THREADS, USUAL_THREADS);
}

/* -1: go on; else the exit code. */
static int
read_options(const struct program *program, int argc, char **argv, const char **config,
        struct serve_options *options)
{
    static const struct option names[] = { { "config", required_argument, NULL, 'c' },
        { "socket", required_argument, NULL, 's' }, { "threads", required_argument, NULL, 't' },
        { "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 } };
    long long threads;
    int       option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'c') {
            *config = optarg;
        } else if (option == 's') {
            options->socket_path = optarg;
        } else if (option == 't' && text_to_integer(optarg, 1, MOST_THREADS, &threads)) {
            options->threads = (int)threads;
        } else if (option == 'v') {
            puts(PACKAGE_VERSION);
            return 0;
        } else {
            usage(program, option == 'h' ? stdout : stderr);
            return option == 'h' ? 0 : 2;
        }
    }
    return -1;
}

static struct service
service_of(const struct program *program, const struct app *app)
{
    return (struct service){ .name = program->name, .tables = program->tables,
        .base = app->settings.base_url.path, .app = app, .station_open = station_open,
        .station_close = station_close, .dress = app_dress, .problem = program->problem };
}

int
program_run(const struct program *program, int argc, char **argv)
{
    struct serve_options options = { USUAL_THREADS, NULL };
    const char          *config = settings_path();
    struct error         err = { ERROR_NONE, "" };
    int                  code = read_options(program, argc, argv, &config, &options);
    struct service       service;
    struct app          *app;

    if (code >= 0)
        return code;
    app = app_open(config, false, &err);
    if (app == NULL) {
        fprintf(stderr, "%s: %s\n", program->name, err.message);
        return 1;
    }
    service = service_of(program, app);
    code = serve_run(&service, &options);
    app_close(app);
    return code;
}

/* The style is that of static/down.html, allowed by the same hash; a browser test looks at it. */
static void
tell_set_up(void)
{
    fputs("Status: 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\n"
          "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
          "X-Content-Type-Options: nosniff\r\nRetry-After: 60\r\n"
          "Content-Security-Policy: default-src 'none'; style-src "
          "'sha256-nNAzgvNSy5e4HbbfajKUvire1vCLtppldkEnvB8jIYU='; frame-ancestors 'none'\r\n\r\n"
          "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<title>The shop is being set up</title>\n<style>\n"
          "body { max-width: 30rem; margin: 18vh auto; padding: 0 1.5rem; line-height: 1.6 }\n"
          "body { font-family: system-ui, sans-serif; font-size: 1.125rem }\n"
          "h1 { margin: 0 0 1rem; font-size: 1.75rem; line-height: 1.25 }\n"
          "</style>\n</head>\n<body>\n<main>\n<h1>The shop is being set up</h1>\n"
          "<p>Something in its settings must be put right before it can take orders. Nothing was "
          "charged. Please come back later.</p>\n</main>\n</body>\n</html>\n",
          stdout);
}

int
program_run_cgi(const struct program *program)
{
    struct error   err = { ERROR_NONE, "" };
    struct app    *app = app_open(settings_path(), true, &err);
    struct service service;
    int            code;

    if (app == NULL) {
        fprintf(stderr, "%s: %s\n", program->name, err.message);
        tell_set_up();
        return 0;
    }
    service = service_of(program, app);
    code = serve_once(&service);
    app_close(app);
    return code;
}
