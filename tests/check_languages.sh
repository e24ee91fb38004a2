#!/bin/sh
# check_languages.sh: all languages say the same things, and templates ask for nothing they lack.
# SPDX-License-Identifier: ISC
# Usage: check_languages.sh [TEMPLATES]   (prints TAP)
exec node - "${1:-$(dirname "$0")/../templates}" <<'END'
"use strict";
const fs = require("fs"), path = require("path");
const root = process.argv[2];
const read = (name) => fs.readFileSync(path.join(root, name), "utf8");
let count = 0, failed = 0;

const tell = (fact, faults) => {
    count++;
    failed += faults.length > 0;
    console.log(`${faults.length ? "not ok" : "ok"} ${count} - ${fact}`);
    for (const fault of faults)
        console.log(`#   ${fault}`);
};

const placeholders = (text) => (text.match(/\{\w+\}/g) || []).sort().join(" ");
const names = fs.readdirSync(path.join(root, "lang")).filter((name) => name.endsWith(".json"));
const templates = fs.readdirSync(root).filter((name) => name.endsWith(".mustache"));
const language = (name) => JSON.parse(read(`lang/${name}`));
const english = language("en.json");

tell("there is more than one language", names.length > 1 ? [] : names);
for (const name of names) {
    const said = language(name), written = read(`lang/${name}`).match(/^\s*"|, "(?=[\w-]+":)/gm);
    tell(`${name}: no key stands twice`,
        written.length === Object.keys(said).length ? []
            : [`${written.length} written, ${Object.keys(said).length} different`]);
    tell(`${name}: every text is text, and not empty`,
        Object.keys(said).filter((key) => typeof said[key] !== "string" || !said[key].trim()));
    tell(`${name}: the keys of en.json, no more, no fewer`, [
        ...Object.keys(english).filter((key) => !(key in said)).map((key) => `missing ${key}`),
        ...Object.keys(said).filter((key) => !(key in english)).map((key) => `unknown ${key}`)]);
    tell(`${name}: the placeholders of en.json`, Object.keys(said).filter((key) =>
        key in english && placeholders(said[key]) !== placeholders(english[key])));
}

/* What the programs look up by a name put together at run time. */
const states = ("open confirming paid_less pending auditing paid paid_late failed " +
    "expired").split(" ");
const kinds = ("bad_request denied missing order_missing item_missing sold_out method conflict " +
    "used_token too_large media limit misconfigured down internal").split(" ");
/* protocol/mixpay.md §1, §4, §6c and MixPay's published error codes */
const codes = ("unknown 0 -1 404 1017 1429 2000 10000 10001 10002 10003 10004 10005 10006 10007 " +
    "10008 10009 10010 10011 10020 10021 10032 10033 10034 10035 10036 10037 10039 10040 10041 " +
    "10042 10043 10044 10052 10053 10054 10055 10056 10057 10061 10062 10063 10064 10065 10066 " +
    "10067 10068 10069 10070 10071 10072 10074 10084 10085 10092 10094 10095 10096 10097 10131 " +
    "40000 40001 40002 40003 40004 40005 40006 40008 40009 40011 40012 40013 40014 40015 40016 " +
    "40017 40018 40019 40020 40021 40022 40023 40024 40025 40026 40027 40028 40032").split(" ");
const both = (name) => [`${name}_headline`, `${name}_advice`];
const missing = (keys) => keys.filter((key) => !(key in english));
tell("a headline and advice for every state", missing([
    ...states.map((state) => `state_${state}`), "link_failed", "link_pending",
    "link_refused", "time_is_up", "mismatch", "late_money", "late_dismissed"].flatMap(both)));
tell("a headline and advice for every problem",
    missing(kinds.map((kind) => `problem_${kind}`).flatMap(both)));
tell("a sentence for every failure code", missing(codes.map((code) => `failure_${code}`)));

for (const name of templates) {
    const source = read(name), asked = source.match(/\{\{[#^]?text\.([\w-]+)\}\}/g) || [];
    const keys = asked.map((tag) => tag.replace(/^\{\{[#^]?text\.|\}\}$/g, ""));
    tell(`${name}: asks only for texts there are, without placeholders`,
        keys.filter((key) => !(key in english) || placeholders(english[key])));
    tell(`${name}: every value is escaped, nothing runs or is styled in line`,
        source.match(/\{\{\{|\{\{&|<style|<script(?![^>]* src=)|\son\w+=|\sstyle=/g) || []);
}
console.log(`1..${count}`);
process.exitCode = failed ? 1 : 0;
END
