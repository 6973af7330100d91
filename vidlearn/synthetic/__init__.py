"""Worlds with exact truth, made from real pixels.

The pictures are real (they ship inside scikit-learn and scikit-image), the motion is synthetic,
and so everything about it is known exactly: boxes, masks, tracks, classes, cuts.

====================  ==========================================================
`moving_objects`      objects that move over a photograph
`crossing`            objects that cross it, to the right and to the left
`junction`            a crossing of two ways: things come, turn, hide one another, go
`walks`               the paths of that traffic, without pictures
`edited_video`        several such scenes, joined by cuts
`hide_and_seek`       one thing that goes behind others and comes back: for masks
`stills`              single pictures of things, for training detectors
`join`                join scenes of your own by cuts
`montage`             an edited film: cuts, dissolves, fades, wipes, and what looks like one
`join_clips`          join clips of your own in the same ways
`training_windows`    windows of edited films with a target for each frame: `targets`
`laps`                clips whose classes differ only in the order of their frames
`along`, `pieces`     a clip of a thing that goes along any path
`actions`             clips of people who act; some classes only time tells
`activity`            a long film of people who do one thing after another
`background`          a part of a photograph
`Scene`, `Stills`,    what they return: frames and their truth
`Laps`, `Actions`,
`Activity`, `Montage`
====================  ==========================================================
"""

from vidlearn.synthetic.actions import TIMED, Actions, actions
from vidlearn.synthetic.activity import Activity, activity
from vidlearn.synthetic.along import along, pieces
from vidlearn.synthetic.crossing import crossing
from vidlearn.synthetic.edited import edited_video, join
from vidlearn.synthetic.hiding import hide_and_seek
from vidlearn.synthetic.junction import junction
from vidlearn.synthetic.laps import Laps, laps
from vidlearn.synthetic.montage import Montage, montage
from vidlearn.synthetic.motions import NATURAL
from vidlearn.synthetic.moving import moving_objects
from vidlearn.synthetic.people import WORLDS
from vidlearn.synthetic.pictures import BACKGROUNDS, background, picture
from vidlearn.synthetic.scene import Scene
from vidlearn.synthetic.splice import join_clips
from vidlearn.synthetic.stills import Stills, stills
from vidlearn.synthetic.traps import TRAPS
from vidlearn.synthetic.walks import TURNS, Walks, walks
from vidlearn.synthetic.windows import targets, training_windows

__all__ = [
    "BACKGROUNDS",
    "NATURAL",
    "TIMED",
    "TRAPS",
    "TURNS",
    "WORLDS",
    "Actions",
    "Activity",
    "Laps",
    "Montage",
    "Scene",
    "Stills",
    "Walks",
    "actions",
    "activity",
    "along",
    "background",
    "crossing",
    "edited_video",
    "hide_and_seek",
    "join",
    "join_clips",
    "junction",
    "laps",
    "montage",
    "moving_objects",
    "picture",
    "pieces",
    "stills",
    "targets",
    "training_windows",
    "walks",
]
