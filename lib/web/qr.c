/* qr.c: a QR code as an SVG drawing.
 * SPDX-License-Identifier: ISC */
#include "web/qr.h"

#include <qrencode.h>
#include <string.h>

enum { LONG_CONTENT = 120, QUIET = 2, QUIET_BLOCKS = 4 };

static QRcode *
encode(const char *content, struct error *err)
{
    QRecLevel level = strlen(content) > LONG_CONTENT ? QR_ECLEVEL_L : QR_ECLEVEL_M;
    QRcode   *code = QRcode_encodeString8bit(content, 0, level);

    if (code == NULL)
        fail(err, ERROR_INPUT, "This is too long for a QR code.");
    return code;
}

static bool
is_dark(const QRcode *code, int row, int column)
{
    return row >= 0 && column >= 0 && row < code->width && column < code->width
            && (code->data[row * code->width + column] & 1) != 0;
}

/* One path of horizontal strokes; relative moves keep it short. */
static void
draw_rows(const QRcode *code, struct text *svg)
{
    int at_row = 0, at_column = 0;

    for (int row = 0; row < code->width; row++)
        for (int column = 0, length; column < code->width; column += length) {
            for (length = 1; is_dark(code, row, column) == is_dark(code, row, column + length)
                    && column + length < code->width; length++)
                ;
            if (!is_dark(code, row, column))
                continue;
            text_add_format(svg, "m%d %dh%d", column - at_column, row - at_row, length);
            at_row = row;
            at_column = column + length;
        }
}

bool
qr_draw_svg(const char *content, struct text *svg, struct error *err)
{
    QRcode *code = encode(content, err);
    int     side;

    if (code == NULL)
        return false;
    side = code->width + 2 * QUIET;
    text_add_format(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
            "<path stroke=\"#000\" d=\"M%d %d.5", side, side, side, side, QUIET, QUIET);
    draw_rows(code, svg);
    text_add(svg, "\"/></svg>");
    QRcode_free(code);
    return true;
}

bool
qr_draw_blocks(const char *content, struct text *drawing, struct error *err)
{
    static const char *const blocks[] = { "█", "▀", "▄", " " }; /* light is drawn, dark is not */
    QRcode                  *code = encode(content, err);

    if (code == NULL)
        return false;
    for (int row = -QUIET_BLOCKS; row < code->width + QUIET_BLOCKS; row += 2) {
        for (int column = -QUIET_BLOCKS; column < code->width + QUIET_BLOCKS; column++) {
            bool top = is_dark(code, row, column), bottom = is_dark(code, row + 1, column);

            text_add(drawing, blocks[top ? (bottom ? 3 : 2) : (bottom ? 1 : 0)]);
        }
        text_add(drawing, "\n");
    }
    QRcode_free(code);
    return true;
}
