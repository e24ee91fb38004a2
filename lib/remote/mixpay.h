/* mixpay.h: the calls of MixPay's API, and what its answers mean.
 * SPDX-License-Identifier: ISC
 *
 * Each call is one exchange and costs one of the 60 a minute (protocol/mixpay.md §1); whoever calls
 * keeps the budget. Answers are read with the tolerance of protocol/mixpay-behaviours.md §8. */
#ifndef REMOTE_MIXPAY_H
#define REMOTE_MIXPAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/uuid.h"
#include "remote/http_client.h"

enum {
    MIXPAY_RAW_MOST = 256 * 1024,   /* bytes of an answer that we keep whole */
    MIXPAY_LIST_MOST = 1024 * 1024, /* the same for the asset lists, which are never stored */
    MIXPAY_ASSET_ID = 64,
    MIXPAY_RECEIVERS_LEAST = 3,
    MIXPAY_RECEIVERS_MOST = 256
};

/* Where MixPay's API is and who asks it; belongs to one thread, as its client does. */
struct mixpay {
    struct http_client *http;
    const char         *api;        /* such as https://api.mixpay.me/v1 */
    int                 timeout_ms; /* of one call; 0: HTTP_TIMEOUT_MS */
};

enum mixpay_verdict {
    MIXPAY_ANSWERED, /* success: `data` is what was asked for */
    MIXPAY_REFUSED,  /* MixPay understood and said no: `code` says why */
    MIXPAY_BUSY,     /* we asked too often (code 1429, or HTTP 429): all calls pause */
    MIXPAY_DOWN      /* MixPay is not at its best, or it is not MixPay: ask again later */
};

/*
 * One answer. A failure envelope's code counts whatever the HTTP status; success counts only with a
 * 2xx, and a payment is proven only by `http_status` 200, which is for the caller to compare.
 */
struct mixpay_answer {
    enum mixpay_verdict verdict;
    int                 http_status;
    long long           code;    /* MixPay's; 0 where there is none */
    const char         *message; /* MixPay's, or ours where it gave none; never NULL; for people */
    json_t             *data;    /* object or array, else NULL; the arena's */
    const char         *raw;     /* the body byte for byte; never NULL */
    size_t              raw_length;
    long long           remaining;    /* calls left in this minute; -1 when not told */
    long long           timestamp_ms; /* MixPay's clock, since 1970 UTC; 0 when not told */
    const char         *request; /* what was asked: "GET /payments_result?orderId=…" */
    bool                sent;    /* after a call that failed: it may have arrived all the same */
};

/* The verdict's short name for the log: "answered", "refused", "busy", "down". */
const char *mixpay_verdict_name(enum mixpay_verdict verdict);

/*
 * Reads a body that came with that HTTP status; touches neither `remaining` nor `request` nor
 * `sent`. Any bytes are an answer: this cannot fail. `body` must live as long as the arena.
 */
void mixpay_read_envelope(struct arena *arena, int http_status, const char *body, size_t length,
        struct mixpay_answer *answer);

/*
 * The calls. True is an answer of any verdict. False is no answer at all: ERROR_REMOTE (then
 * answer->sent matters, and answer->request is told too), or ERROR_INPUT when the call was not
 * made because of what was to be asked.
 */

/* POST /one_time_payment (§3b); `body` is sent byte for byte, so that a retry is the same call. */
bool mixpay_create_link(const struct mixpay *mixpay, struct arena *arena, const char *body,
        struct mixpay_answer *answer, struct error *err);
/* data.code of its answer; false when it is not there or no UUID. */
bool mixpay_link_code(const struct mixpay_answer *answer, char code[static UUID_TEXT]);

/* GET /payments_result (§4) by our own stored ids, with payment and transactions. */
bool mixpay_read_result(const struct mixpay *mixpay, struct arena *arena, const char *order_id,
        const char *payee_id, struct mixpay_answer *answer, struct error *err);

/* GET /setting/…_assets (§3d) */
enum mixpay_asset_kind { MIXPAY_PAYMENT_ASSETS, MIXPAY_QUOTE_ASSETS, MIXPAY_SETTLEMENT_ASSETS };
bool mixpay_read_assets(const struct mixpay *mixpay, struct arena *arena,
        enum mixpay_asset_kind kind, struct mixpay_answer *answer, struct error *err);

/* The settlement assets that this payee may choose of; code 10001: MixPay knows no such payee. */
bool mixpay_read_payee_assets(const struct mixpay *mixpay, struct arena *arena,
        const char *payee_id, struct mixpay_answer *answer, struct error *err);

/* One of a list. Texts are never NULL, "" where MixPay tells nothing, unless it says so. */
struct mixpay_asset {
    char        id[MIXPAY_ASSET_ID]; /* lower case: a UUID with dashes, or a fiat code like "usd" */
    const char *symbol, *name, *network;
    const char *min, *max; /* amounts as MixPay wrote them; NULL when not told */
    int         decimals;  /* of a quote asset; -1 when not told */
    bool        coin;      /* not fiat */
    bool        available; /* neither said to be unavailable nor with a maximum of 0 */
};

/* The list in an answer's data; entries without a usable id are left out. ERROR_REMOTE when the
 * answer holds no list. */
bool mixpay_assets(struct arena *arena, const struct mixpay_answer *answer,
        struct mixpay_asset **list, size_t *count, struct error *err);

/* GET /user/mixin_uuid/{mixin_id} (§2); `mixin_id` is the number people see, such as 26930. */
bool mixpay_read_payee(const struct mixpay *mixpay, struct arena *arena, const char *mixin_id,
        struct mixpay_answer *answer, struct error *err);
/* data.payeeId of its answer, folded; false when it is not there or no UUID. */
bool mixpay_payee_id(const struct mixpay_answer *answer, char payee[static UUID_TEXT]);

/*
 * POST /multisig (§2): `count` different receivers, 3 to 256 UUIDs, of whom `threshold` must sign.
 * ERROR_INPUT, before anything is asked, when they are not.
 */
bool mixpay_make_multisig(const struct mixpay *mixpay, struct arena *arena,
        const char *const ids[], size_t count, size_t threshold, struct mixpay_answer *answer,
        struct error *err);
/* data.multisigId of its answer, folded; false when it is not there or no UUID. */
bool mixpay_multisig_id(const struct mixpay_answer *answer, char group[static UUID_TEXT]);

/* The same number means different things as an answer's code (§1) and as a payment's failureCode or
 * a refund's reason (§4, §6c). */
enum mixpay_code_family { MIXPAY_API_CODE, MIXPAY_FAILURE_CODE };
/* What a code means, in a few words for logs and `doctor`; NULL when unknown. */
const char *mixpay_code_text(enum mixpay_code_family family, long long code);

#endif
