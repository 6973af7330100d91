// measure: the overlap of boxes as the metrics count it.

/** IoU, ends taken as start + side; in a crowd, the share of the found box that lies inside. */
function overlapOf(found, truth, crowd = false) {
  const side = (box, axis) => box[axis + 2] - box[axis];
  const common = [0, 1].map((axis) =>
    Math.max(0, Math.min(found[axis] + side(found, axis), truth[axis] + side(truth, axis))
      - Math.max(found[axis], truth[axis])));
  const shared = common[0] * common[1];
  const own = side(found, 0) * side(found, 1);
  const whole = crowd ? own : own + side(truth, 0) * side(truth, 1) - shared;
  return shared > 0 ? shared / whole : 0;
}

/** Numbers from the bytes that Python packed, such as `Float64Array`. */
const unpack = (bytes, Kind) =>
  new Kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
