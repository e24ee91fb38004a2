/* schema.c: what the sandbox remembers. A rehearsal is started afresh rather than migrated.
 * SPDX-License-Identifier: ISC */
#include "sandbox/schema.h"

/* Amounts are whole units of 10^-8, times are seconds since 1970 UTC unless they end in _ms. */
const char sandbox_schema[] =
    /* One row a payment, with its terms and what has become of it. */
    "CREATE TABLE IF NOT EXISTS payment ("
    " trace_id TEXT PRIMARY KEY,"
    " code TEXT UNIQUE,"            /* NULL: made by opening a Paylink */
    " payee_id TEXT NOT NULL,"
    " order_id TEXT,"
    " quote_units INTEGER,"         /* NULL: the payer is to type it */
    " quote_asset TEXT NOT NULL,"
    " settlement_asset TEXT NOT NULL," /* '': as paid */
    " payment_asset TEXT NOT NULL,"    /* '': not chosen yet */
    " remark TEXT NOT NULL,"
    " memo TEXT NOT NULL,"
    " return_to TEXT NOT NULL,"
    " failed_return_to TEXT NOT NULL,"
    " callback_url TEXT NOT NULL,"
    " events INTEGER NOT NULL,"     /* those subscribed to */
    " strict INTEGER NOT NULL,"
    " expires_at INTEGER NOT NULL," /* 0: never */
    " created_at INTEGER NOT NULL,"
    " status INTEGER NOT NULL,"
    " payable_units INTEGER NOT NULL,"
    " paid_units INTEGER NOT NULL,"
    " paid_asset TEXT NOT NULL,"
    " have INTEGER NOT NULL,"       /* confirmations; -1: not applicable */
    " need INTEGER NOT NULL,"
    " surplus_units INTEGER NOT NULL,"
    " surplus_status TEXT NOT NULL,"
    " failure_code TEXT NOT NULL,"
    " failure_reason TEXT NOT NULL,"
    " paid_at INTEGER NOT NULL,"
    " settled INTEGER NOT NULL,"
    " auto_at_ms INTEGER NOT NULL," /* when the next confirmation comes by itself; 0: never */
    " raw TEXT,"                    /* members laid over the result */
    " version INTEGER NOT NULL,"
    " expiry_told INTEGER NOT NULL,"
    " UNIQUE (payee_id, order_id)) STRICT;"
    "CREATE INDEX IF NOT EXISTS payment_order ON payment (order_id);"

    /* What came in on the chain. */
    "CREATE TABLE IF NOT EXISTS transfer ("
    " trace_id TEXT NOT NULL REFERENCES payment ON DELETE CASCADE,"
    " number INTEGER NOT NULL,"
    " units INTEGER NOT NULL,"
    " asset TEXT NOT NULL,"
    " have INTEGER NOT NULL,"
    " need INTEGER NOT NULL,"
    " txid TEXT NOT NULL UNIQUE,"
    " at INTEGER NOT NULL,"
    " PRIMARY KEY (trace_id, number)) STRICT;"

    /* Callbacks to send. A sender takes a row by moving next_at_ms past its own time-out, so a row
     * whose sender died comes up again. */
    "CREATE TABLE IF NOT EXISTS callback ("
    " id INTEGER PRIMARY KEY,"
    " trace_id TEXT NOT NULL REFERENCES payment ON DELETE CASCADE,"
    " event TEXT NOT NULL,"
    " url TEXT NOT NULL,"
    " body TEXT NOT NULL,"
    " forged INTEGER NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'given_up')),"
    " attempts INTEGER NOT NULL,"
    " next_at_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS callback_due ON callback (state, next_at_ms);"

    "CREATE TABLE IF NOT EXISTS attempt ("
    " callback_id INTEGER NOT NULL REFERENCES callback ON DELETE CASCADE,"
    " number INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL,"
    " took_ms INTEGER NOT NULL,"
    " status INTEGER NOT NULL,"     /* 0: no answer came */
    " answer TEXT NOT NULL,"        /* its body, or why there is none */
    " PRIMARY KEY (callback_id, number)) STRICT;"

    /* The last calls, for tests that count them. */
    "CREATE TABLE IF NOT EXISTS request ("
    " id INTEGER PRIMARY KEY,"
    " at_ms INTEGER NOT NULL,"
    " method TEXT NOT NULL,"
    " path TEXT NOT NULL,"
    " query TEXT NOT NULL,"
    " body TEXT NOT NULL,"
    " fault TEXT) STRICT;"

    /* The calls of the minute that began at `since`. */
    "CREATE TABLE IF NOT EXISTS meter ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " since INTEGER NOT NULL,"
    " used INTEGER NOT NULL) STRICT;"

    "CREATE TABLE IF NOT EXISTS switch ("
    " name TEXT PRIMARY KEY,"
    " value INTEGER NOT NULL) STRICT;"

    "CREATE TABLE IF NOT EXISTS fault ("
    " path TEXT PRIMARY KEY,"
    " kind TEXT NOT NULL,"
    " times INTEGER NOT NULL,"
    " ms INTEGER NOT NULL) STRICT;";

const char sandbox_wipe[] =
    "DELETE FROM attempt; DELETE FROM callback; DELETE FROM transfer; DELETE FROM payment;"
    "DELETE FROM request; DELETE FROM meter; DELETE FROM switch; DELETE FROM fault;";
