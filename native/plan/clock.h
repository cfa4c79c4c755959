#pragma once

namespace laminet {

// Seconds on a clock that never goes back.
double now();

}  // namespace laminet
