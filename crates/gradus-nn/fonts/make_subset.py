#!/usr/bin/env python3
"""Makes the font that pictures are labelled with: DejaVu Sans, European letters and mathematical signs only.

Usage: make_subset.py DejaVuSans.ttf GradusSans.ttf

Needs fonttools. Letter shapes stay as they are; three changes make plotters 0.3.7 (feature ab_glyph) draw text into PNG
where it stands in SVG:

- Each glyph gets a contour without area on its left side. plotters puts the bounding box of a glyph, not its origin, at
  the pen; with the extra point the two are the same.
- Ascent and descent add up to 1.24 em, because SVG text of plotters' size s has font-size s / 1.24.
- All glyphs stand 0.14 em lower, because plotters puts the baseline that much higher in PNG than in SVG.
"""

import sys

from fontTools import subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

RANGES = [(0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3A9), (0x3B1, 0x3C9), (0x2013, 0x2026)]
DROP, HEIGHT = 0.14, 1.24  # in em
SIGNS = "−×·±≈≠≤≥∞√∑∏∂∇∈→←↑↓′″₀₁₂₃₄₅₆₇₈₉⁰⁴⁵⁶⁷⁸⁹⁻€"

source, target = sys.argv[1:]
font = TTFont(source, recalcTimestamp=False)
options = subset.Options(
    hinting=False, legacy_kern=False, layout_features=[], name_IDs=[0, 1, 2, 4, 6, 13, 14], notdef_outline=True
)
options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "MATH", "gasp"]
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)], text=SIGNS)
subsetter.subset(font)

em = font["head"].unitsPerEm
drop = round(DROP * em)
glyphs = font.getGlyphSet()
for name in font.getGlyphOrder():
    recording = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(recording)
    pen = TTGlyphPen(None)
    recording.replay(TransformPen(pen, (1, 0, 0, 1, 0, -drop)))
    if recording.value:
        middle = round(-drop + 0.3 * em)  # within the height of every letter, so that only the left side grows
        pen.moveTo((0, middle))
        pen.lineTo((0, middle))
        pen.closePath()
    width = font["hmtx"][name][0]
    font["glyf"][name] = pen.glyph()
    font["hmtx"][name] = (width, 0)
font["hhea"].ascent = font["OS/2"].sTypoAscender = round(em)
font["hhea"].descent = font["OS/2"].sTypoDescender = round(em) - round(HEIGHT * em)
for record in font["name"].names:
    if record.nameID in (1, 4, 6):
        record.string = "GradusSans" if record.nameID == 6 else "Gradus Sans"
font.save(target)
