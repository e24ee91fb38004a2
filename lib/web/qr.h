/* qr.h: a QR code as an SVG drawing. The only file that knows libqrencode.
 * SPDX-License-Identifier: ISC */
#ifndef WEB_QR_H
#define WEB_QR_H

#include "base/error.h"
#include "base/text.h"

/*
 * Adds an <svg> with `content` as QR code, black on white, a quiet zone of 2 modules; error
 * correction M, or L for long contents, so that the drawing stays small. ERROR_INPUT when it is too
 * long for any QR code (2,900 bytes).
 */
bool qr_draw_svg(const char *content, struct text *svg, struct error *err);

/* The same for a terminal: two modules a character, in UTF-8 half blocks. */
bool qr_draw_blocks(const char *content, struct text *drawing, struct error *err);

#endif
