-- 0001.sql: the shop: orders, what happened to them, what is left to do.
-- SPDX-License-Identifier: ISC
--
-- Amounts are whole units of 10^-8. Times ending in _at and _until are seconds since 1970 UTC,
-- those ending in _ms are milliseconds. Rules that must never be broken stand here a second time,
-- as UNIQUE, CHECK and triggers: code may have a bug.

-- An order. order_id is what MixPay sees; token alone opens its page.
CREATE TABLE orders (
    order_id         TEXT PRIMARY KEY CHECK (length(order_id) BETWEEN 6 AND 36),
    token            TEXT NOT NULL UNIQUE CHECK (length(token) >= 22),
    -- One filled-in form makes one order: the same key again is the same order, or a conflict.
    form_key         TEXT NOT NULL UNIQUE,
    form_hash        TEXT NOT NULL,
    client           TEXT NOT NULL, -- whose it is for the rate limit: a keyed hash of the address
    item             TEXT NOT NULL,
    title            TEXT NOT NULL,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    unit_price       INTEGER NOT NULL CHECK (unit_price > 0),
    amount           INTEGER NOT NULL CHECK (amount > 0),
    quote_asset      TEXT NOT NULL,
    settlement_asset TEXT NOT NULL,
    payee            TEXT NOT NULL CHECK (length(payee) = 36),
    email            TEXT NOT NULL,
    note             TEXT NOT NULL,
    language         TEXT NOT NULL,
    link_kind        TEXT NOT NULL CHECK (link_kind IN ('one_time', 'paylink')),
    link_request     TEXT NOT NULL, -- the exact bytes for MixPay, durable before they are sent
    link_url         TEXT NOT NULL DEFAULT '',
    state            TEXT NOT NULL DEFAULT 'open' REFERENCES order_state (name),
    flags            INTEGER NOT NULL DEFAULT 0,
    failure_code     TEXT NOT NULL DEFAULT '',
    -- MixPay's trace, from the first money on. One trace proves one order.
    trace_id         TEXT UNIQUE,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL CHECK (expires_at > created_at),
    watch_until      INTEGER NOT NULL CHECK (watch_until >= expires_at),
    watched_at       INTEGER NOT NULL DEFAULT 0, -- when a browser last had the page open
    paid_at          INTEGER NOT NULL DEFAULT 0,
    version          INTEGER NOT NULL DEFAULT 1,
    confirmations        INTEGER NOT NULL DEFAULT -1,
    confirmations_needed INTEGER NOT NULL DEFAULT -1,
    payment_amount   TEXT NOT NULL DEFAULT '',
    payment_symbol   TEXT NOT NULL DEFAULT '',
    payable_amount   TEXT NOT NULL DEFAULT '',
    payable_symbol   TEXT NOT NULL DEFAULT '',
    surplus_amount   TEXT NOT NULL DEFAULT '',
    txid             TEXT NOT NULL DEFAULT '',
    explorer_url     TEXT NOT NULL DEFAULT '',
    settle_status    TEXT NOT NULL DEFAULT '',
    settle_amount    TEXT NOT NULL DEFAULT '',
    settle_symbol    TEXT NOT NULL DEFAULT '',
    settle_asset     TEXT NOT NULL DEFAULT '',
    -- A paid order names the trace that proved it, unless a person accepted it (flag 256).
    CHECK (state NOT IN ('paid', 'paid_late') OR trace_id IS NOT NULL OR (flags & 256) <> 0),
    -- Neither is an order paid while a person has yet to look at it.
    CHECK (state <> 'paid' OR (flags & (1 | 8 | 128)) = 0 OR (flags & 256) <> 0)
) STRICT;

CREATE INDEX orders_by_time ON orders (created_at);
CREATE INDEX orders_by_client ON orders (client, created_at);
CREATE INDEX orders_by_item ON orders (item) WHERE state NOT IN ('failed', 'expired');

CREATE TABLE order_state (name TEXT PRIMARY KEY) STRICT;
INSERT INTO order_state VALUES ('open'), ('confirming'), ('paid_less'), ('pending'), ('auditing'),
    ('paid'), ('paid_late'), ('failed'), ('expired');

-- The legal steps, as in lib/pay/order.c; a test compares the two.
CREATE TABLE order_step (from_state TEXT NOT NULL, to_state TEXT NOT NULL,
    PRIMARY KEY (from_state, to_state)) STRICT;
INSERT INTO order_step VALUES
    ('open', 'confirming'), ('open', 'paid_less'), ('open', 'pending'), ('open', 'auditing'),
    ('open', 'paid'), ('open', 'failed'), ('open', 'expired'),
    ('confirming', 'open'), ('confirming', 'paid_less'), ('confirming', 'pending'),
    ('confirming', 'auditing'), ('confirming', 'paid'), ('confirming', 'failed'),
    ('paid_less', 'confirming'), ('paid_less', 'pending'), ('paid_less', 'auditing'),
    ('paid_less', 'paid'), ('paid_less', 'failed'), ('paid_less', 'expired'),
    ('pending', 'confirming'), ('pending', 'paid_less'), ('pending', 'auditing'),
    ('pending', 'paid'), ('pending', 'failed'),
    ('auditing', 'pending'), ('auditing', 'paid'), ('auditing', 'failed'),
    ('expired', 'paid_late'), ('expired', 'paid'), ('paid_late', 'paid');

CREATE TRIGGER orders_step BEFORE UPDATE OF state ON orders
WHEN NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM order_step
    WHERE from_state = OLD.state AND to_state = NEW.state)
BEGIN SELECT RAISE(ABORT, 'an order may not take this step'); END;

-- What was agreed with the shopper never changes.
CREATE TRIGGER orders_terms BEFORE UPDATE OF order_id, token, form_key, form_hash, item, title,
    quantity, unit_price, amount, quote_asset, settlement_asset, payee, link_kind, link_request,
    created_at, expires_at ON orders
BEGIN SELECT RAISE(ABORT, 'the terms of an order never change'); END;

CREATE TRIGGER orders_kept BEFORE DELETE ON orders
BEGIN SELECT RAISE(ABORT, 'orders are kept'); END;

-- A trace, once seen, stays.
CREATE TRIGGER orders_trace BEFORE UPDATE OF trace_id ON orders
WHEN OLD.trace_id IS NOT NULL AND NEW.trace_id IS NOT OLD.trace_id
BEGIN SELECT RAISE(ABORT, 'an order keeps its trace'); END;

-- What happened, in order; never changed, never removed.
CREATE TABLE event (
    event_id   INTEGER PRIMARY KEY,
    order_id   TEXT NOT NULL REFERENCES orders (order_id),
    at         INTEGER NOT NULL,
    what       TEXT NOT NULL, -- placed, link_made, seen_…, proven_paid, time_ran_out, flagged, …
    cause      TEXT NOT NULL, -- shopper, callback, watched, poll, person
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    flags      INTEGER NOT NULL, -- after it
    detail     TEXT NOT NULL  -- a sentence for people
) STRICT;
CREATE INDEX event_by_order ON event (order_id, event_id);

-- What MixPay answered when something happened: the raw bytes and the comparisons made with them.
CREATE TABLE proof (
    proof_id    INTEGER PRIMARY KEY,
    event_id    INTEGER NOT NULL REFERENCES event (event_id),
    request     TEXT NOT NULL,
    http_status INTEGER NOT NULL,
    answer      BLOB NOT NULL,
    checks      TEXT NOT NULL -- JSON: each comparison, both sides, and whether it held
) STRICT;
CREATE INDEX proof_by_event ON proof (event_id);

CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER proof_no_update BEFORE UPDATE ON proof
BEGIN SELECT RAISE(ABORT, 'proofs are append-only'); END;
CREATE TRIGGER proof_no_delete BEFORE DELETE ON proof
BEGIN SELECT RAISE(ABORT, 'proofs are append-only'); END;

-- What is to be done in the outside world. A job is one row for good: done and due alternate.
-- The fence grows with every claim: whoever lost his lease can settle nothing any more.
CREATE TABLE outbox (
    job_id      INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL, -- the order it is about
    state       TEXT NOT NULL CHECK (state IN ('due', 'done', 'parked')),
    due_ms      INTEGER NOT NULL,
    priority    INTEGER NOT NULL, -- 0 first
    cause       TEXT NOT NULL,
    lease_ms    INTEGER NOT NULL DEFAULT 0, -- somebody works on it until then
    fence       INTEGER NOT NULL DEFAULT 0,
    tries       INTEGER NOT NULL DEFAULT 0, -- in a row without success
    looks       INTEGER NOT NULL DEFAULT 0, -- in a row without news
    last_error  TEXT NOT NULL DEFAULT '',
    done_at     INTEGER NOT NULL DEFAULT 0, -- when it last succeeded
    UNIQUE (kind, subject)
) STRICT;
CREATE INDEX outbox_due ON outbox (priority, due_ms) WHERE state = 'due';

-- Calls made to MixPay in the last minute, by all processes together, and its word to stop.
CREATE TABLE budget_call (at_ms INTEGER NOT NULL, class TEXT NOT NULL) STRICT;
CREATE INDEX budget_call_by_time ON budget_call (at_ms);
CREATE TABLE budget_pause (bucket TEXT PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT;

-- MixPay's asset lists, as last read; a stale copy is better than none.
CREATE TABLE asset (
    kind     TEXT NOT NULL CHECK (kind IN ('payment', 'quote', 'settlement')),
    asset_id TEXT NOT NULL,
    symbol   TEXT NOT NULL,
    name     TEXT NOT NULL,
    network  TEXT NOT NULL,
    least    TEXT NOT NULL,
    most     TEXT NOT NULL,
    read_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, asset_id)
) STRICT;

-- Keys made here and kept here, such as the one that signs form tokens.
CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- When the worker was last alive.
CREATE TABLE heartbeat (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
