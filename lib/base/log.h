/* log.h: one line of key=value pairs per event, to standard error.
 * SPDX-License-Identifier: ISC */
#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * Writes `time=… level=LEVEL what=WHAT key=value …` in one write(2), so lines of several
 * threads and processes never mix. `pairs` are key, value, …, NULL; a NULL value is left out.
 * Values with spaces or quotes are quoted, control characters escaped. Never give it a secret.
 */
void log_event(const char *level, const char *what, ... /* key, value, …, (char *)NULL */)
        __attribute__((sentinel));

#define log_info(...) log_event("info", __VA_ARGS__, (char *)0)
#define log_warn(...) log_event("warn", __VA_ARGS__, (char *)0)
#define log_alarm(...) log_event("alarm", __VA_ARGS__, (char *)0) /* a person should look */

#endif
