"""Writes FITS files of all kinds into the folder of the first argument, and what astropy reads of them to stdout."""

import gzip
import json
import sys
import warnings
from pathlib import Path

import astropy.units
import numpy
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_area

folder = Path(sys.argv[1])
random = numpy.random.default_rng(19)
warnings.simplefilter("ignore")
SHAPE = (5, 7)


def files():
    """Name, parts."""
    for bits, kind in ((8, "u1"), (16, "i2"), (32, "i4"), (64, "i8")):
        low, high = (0, 255) if bits == 8 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        data = random.integers(low, high, SHAPE, dtype=kind, endpoint=True)
        data[0, :2] = low, high
        yield f"whole-{bits}", [fits.PrimaryHDU(data)]
    for bits in (32, 64):
        data = random.normal(size=SHAPE).astype(f"f{bits // 8}")
        data[1, 1:4] = numpy.nan, numpy.inf, -numpy.inf
        yield f"float-{bits}", [fits.PrimaryHDU(data)]
    yield "unsigned-16", [fits.PrimaryHDU(random.integers(0, 65535, SHAPE, dtype="u2"))]
    yield "unsigned-32", [fits.PrimaryHDU(random.integers(0, 2**32 - 1, SHAPE, dtype="u4"))]
    scaled = fits.PrimaryHDU(random.integers(-9, 9, SHAPE, dtype="i4"))
    scaled.header.update({"BSCALE": 0.25, "BZERO": -3.5, "BLANK": 4})
    scaled.header.insert("BSCALE", ("OBJECT", "it''s / no comment"))
    yield "scaled-blank", [scaled]
    image = fits.ImageHDU(random.normal(size=SHAPE).astype("f4"))
    yield "extension", [fits.PrimaryHDU(), fits.BinTableHDU.from_columns([fits.Column("a", "J", array=[1, 2])]), image]
    yield "one-plane", [fits.PrimaryHDU(random.normal(size=(1, *SHAPE)))]
    yield "long-header", [long_header()]


def long_header():
    part = fits.PrimaryHDU(random.normal(size=SHAPE))
    for number in range(100):
        part.header[f"KEY{number}"] = number
    part.header["COMMENT"] = "NAXIS1  = 99"
    return part


def transformations():
    """Name, cards; those of the first are of a cutout of Rubin's."""
    rubin = {"PC1_1": -4.839e-05, "PC1_2": -2.716e-05, "PC2_1": -2.708e-05, "PC2_2": 4.826e-05, "CDELT1": 1.0, "CDELT2": 1.0}
    yield "rubin", rubin
    yield "cd", {"CD1_1": 1.1e-4, "CD1_2": 3.0e-5, "CD2_1": 3.0e-5, "CD2_2": -1.0e-4}
    yield "cdelt", {"CDELT1": -7.0e-5, "CDELT2": 7.0e-5}
    yield "mirrored", {"CDELT1": 2.0e-4, "CDELT2": 2.0e-4}


def of_sky(cards):
    """Scale, and where north and east are, from the places that astropy gives to pixels."""
    part = fits.PrimaryHDU(numpy.zeros((31, 31), "f4"))
    part.header.update({"CRPIX1": 16, "CRPIX2": 16, "CRVAL1": 55.75, "CRVAL2": -32.27, **cards})
    sky = WCS({**part.header, "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"})
    middle = SkyCoord(55.75, -32.27, unit="deg")
    angles = {}
    for name, angle in (("northFromUp", 0), ("eastFromUp", 90)):
        x, y = sky.world_to_pixel(middle.directional_offset_by(angle * astropy.units.deg, 1e-4 * astropy.units.deg))
        angles[name] = float(numpy.degrees(numpy.arctan2(-(x - 15), y - 15)) % 360)
    return part, {"arcsecPerPixel": float(numpy.sqrt(proj_plane_pixel_area(sky)) * 3600), **angles}


told = {"images": {}, "sky": {}}
for name, parts in files():
    path = folder / f"{name}.fits"
    fits.HDUList(parts).writeto(path, output_verify="exception")
    packed = folder / f"{name}-packed.fits"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for read in (path, packed):
        with fits.open(read) as opened:
            data = next(part.data for part in opened if part.is_image and part.data is not None)
        values = numpy.squeeze(data).astype("f8").ravel().tolist()
        told["images"][read.name] = [None if value != value else str(value) for value in values]
tiles = fits.CompImageHDU(numpy.zeros((40, 40), "f4"))
fits.HDUList([fits.PrimaryHDU(), tiles]).writeto(folder / "tiles.fits")
for name, cards in transformations():
    part, told["sky"][f"{name}.fits"] = of_sky(cards)
    part.writeto(folder / f"{name}.fits")
json.dump(told, sys.stdout)
