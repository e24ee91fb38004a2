/* mixpay.h: the tables of routes of the pretend MixPay.
 * SPDX-License-Identifier: ISC */
#ifndef SANDBOX_MIXPAY_H
#define SANDBOX_MIXPAY_H

#include "web/route.h"

extern const struct route mixpay_api_routes[];     /* /mixpay/v1/…: what MixPay's API offers */
extern const struct route mixpay_page_routes[];    /* /mixpay/pay, /mixpay/code/…: its checkout */
extern const struct route mixpay_control_routes[]; /* /mixpay/act, …: for tests */
extern const struct route front_routes[];          /* the sandbox's own front page */

#endif
