/* flow_sandbox_sdk.mjs: MixPay's own client against the sandbox, as part of the check.
 * SPDX-License-Identifier: ISC */
import './sdk_mixpayjs.mjs';
