"""Expected values of colours as colorspacious and scikit-image compute them.

    python color_vision.py > data/color_vision.json        colorspacious 1.1.2, scikit-image 0.26.0, numpy 2
"""

import importlib.metadata
import json

import numpy as np
from colorspacious import cspace_convert
from colorspacious.cvd import machado_et_al_2009_matrix
from skimage.color import deltaE_ciede2000, rgb2lab

COLORS = ["#d73027", "#1a9850", "#fee08b", "#41b6c4", "#0072b2", "#e69f00", "#cc79a7", "#1f242b", "#ffffff", "#808080"]
LACKS = {"protanopia": "protanomaly", "deuteranopia": "deuteranomaly", "tritanopia": "tritanomaly"}


def rgb(color):
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255


def seen(color, lack):
    light = cspace_convert(rgb(color), "sRGB1", "sRGB1-linear")
    image = np.clip(machado_et_al_2009_matrix(lack, 100) @ light, 0, 1)
    return [int(round(channel * 255)) for channel in cspace_convert(image, "sRGB1-linear", "sRGB1")]


def main():
    lab = {color: rgb2lab(rgb(color).reshape(1, 1, 3)).reshape(3) for color in COLORS}
    json.dump(
        {
            "versions": {name: importlib.metadata.version(name) for name in ("colorspacious", "scikit-image", "numpy")},
            "seen": [
                {"color": color, "vision": vision, "as": seen(color, lack)}
                for color in COLORS
                for vision, lack in LACKS.items()
            ],
            "lab": [{"color": color, "lab": list(map(float, lab[color]))} for color in COLORS],
            "difference": [
                {"a": list(map(float, lab[a])), "b": list(map(float, lab[b])), "ciede2000": float(deltaE_ciede2000(lab[a], lab[b]))}
                for a in COLORS
                for b in COLORS
                if a < b
            ],
        },
        open("/dev/stdout", "w"),
        indent=0,
    )


if __name__ == "__main__":
    main()
