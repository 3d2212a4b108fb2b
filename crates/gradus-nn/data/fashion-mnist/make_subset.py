#!/usr/bin/env python3
"""Makes the embedded subset of Fashion-MNIST: the first images of each class, in file order.

Usage: make_subset.py SOURCE TARGET

SOURCE holds the four IDX files of the Debian package dataset-fashion-mnist
(/usr/share/datasets/fashion-mnist). The four files written to TARGET have the same
format and are the same to the byte on every run with the same zlib: the gzip header
holds no name and no time.
"""

import gzip
import hashlib
import struct
import sys
from pathlib import Path

CLASSES = 10
PARTS = {"train": 600, "t10k": 100}  # images of each class


def read(path):
    with gzip.open(path) as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(content)
    print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def main(source, target):
    for part, images_of_each_class in PARTS.items():
        images_name, labels_name = f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"
        images, labels = read(source / images_name), read(source / labels_name)
        magic, count, height, width = struct.unpack_from(">4I", images)
        assert (magic, height, width) == (0x803, 28, 28), "not the images of Fashion-MNIST"
        assert struct.unpack_from(">2I", labels) == (0x801, count), "not the labels of these images"
        size = height * width
        assert (len(images), len(labels)) == (16 + count * size, 8 + count), "a file is cut off"

        taken, kept = [0] * CLASSES, []
        for index, label in enumerate(labels[8:]):
            if taken[label] < images_of_each_class:
                taken[label] += 1
                kept.append(index)
        assert taken == [images_of_each_class] * CLASSES, "too few images of a class"

        write(
            target / images_name,
            struct.pack(">4I", magic, len(kept), height, width)
            + b"".join(images[16 + index * size : 16 + (index + 1) * size] for index in kept),
        )
        write(target / labels_name, struct.pack(">2I", 0x801, len(kept)) + bytes(labels[8 + index] for index in kept))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
