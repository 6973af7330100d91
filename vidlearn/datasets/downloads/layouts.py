"""Give sets that have labels of their own kind a folder ``voc`` that ``datasets.read`` reads."""

import os
import shutil

import numpy as np
from PIL import Image

from vidlearn.boxes import Truth, box_of_mask

from ..convert import write
from ..types import DatasetError, DetectionSet, LabelledPicture
from .errors import error


def boxes_of_masks(root):
    """Penn-Fudan: in the mask of a picture, person k has the number k.

    Parameters
    ----------
    root : Path
        The folder in which ``PNGImages`` and ``PedMasks`` stand.
    """
    items = []
    for path in sorted((root / "PNGImages").glob("*.png")):
        with Image.open(root / "PedMasks" / f"{path.stem}_mask.png") as file:
            mask = np.array(file)
        boxes = [box_of_mask(mask == k) for k in np.unique(mask[mask > 0])]
        items.append(LabelledPicture(path, mask.shape[:2], Truth(boxes)))
    pictures = DetectionSet(("person",), tuple(items))
    try:
        write(pictures, root / "voc", form="voc", link=True)
    except DatasetError:  # a disk that knows no links
        write(pictures, root / "voc", form="voc")


def xml_beside_trimaps(root):
    """Oxford-IIIT Pet: VOC XML of heads for some of the pictures, of which the others know none.

    Parameters
    ----------
    root : Path
        The folder in which ``images`` and ``annotations`` stand.
    """
    pictures = root / "voc" / "JPEGImages"
    pictures.mkdir(parents=True)
    shutil.copytree(root / "annotations" / "xmls", root / "voc" / "Annotations")
    for file in sorted((root / "voc" / "Annotations").glob("*.xml")):
        source = root / "images" / f"{file.stem}.jpg"
        try:
            os.link(source, pictures / source.name)
        except OSError:  # a disk that knows no links; a picture that is not there raises again
            shutil.copyfile(source, pictures / source.name)


LAYOUTS = {"masks": boxes_of_masks, "xmls": xml_beside_trimaps}


def lay_out(name, root):
    """Add the folder ``voc`` to a set.

    Raises
    ------
    DownloadError
        If the set does not stand as it is known to.
    """
    try:
        LAYOUTS[name](root)
    except (OSError, ValueError) as mistake:
        shutil.rmtree(root / "voc", ignore_errors=True)
        raise error("layout", why=mistake) from None
