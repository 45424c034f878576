#pragma once

// All of it: start, drain and end a child; what its environment is.
#include "process/child.hpp"
#include "process/environment.hpp"
#include "process/interrupt.hpp"
#include "process/run.hpp"
