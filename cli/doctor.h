/* doctor.h: what doctor's checks have in common.
 * SPDX-License-Identifier: ISC */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/tool.h"

enum doctor_word { DOCTOR_OK, DOCTOR_WARN, DOCTOR_BAD, DOCTOR_WORDS };

struct doctor {
    struct command_line *line;
    struct asker         asker;
    bool                 configured, offline;
    int                  told[DOCTOR_WORDS];
};

/* One line: what was found, and how to mend it (NULL: nothing to mend, or the finding says it). */
void doctor_tell(struct doctor *doctor, enum doctor_word word, const char *remedy,
        const char *format, ...) __attribute__((format(printf, 4, 5)));

/* cli/doctor_mixpay.c: is MixPay there, and does it take what is configured? Two calls. */
void doctor_ask_mixpay(struct doctor *doctor);

#endif
