"""Names of the things in a picture, as the interactives write them beside their boxes."""


def each_name(labels, names):
    """Name each thing by its class, numbered where there are more of a class.

    >>> each_name([1, 0, 1], ["cup", "coin"]), each_name([0, 0], None)
    (['coin 1', 'cup', 'coin 2'], ['1', '2'])
    """
    if names is None:
        return [str(k + 1) for k in range(len(labels))]
    if max(labels) >= len(names):
        raise ValueError(
            f"names must hold one for each label, from 0 to {max(labels)}. "
            f"Received: {len(names)} names"
        )
    named = []
    for k, label in enumerate(labels):
        nth = f" {labels[: k + 1].count(label)}" if labels.count(label) > 1 else ""
        named.append(f"{names[label]}{nth}")
    return named
