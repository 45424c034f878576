#pragma once

#include "model/observed.hpp"
#include "report/page.hpp"

namespace envguard::report {

/// The rows of driver and GPUs: what the kernel says, how the driver's libraries answered, each GPU, and those that
/// this process does not see. Nothing where there is no driver.
void put_devices(Page& page, const model::Observed& observed);

/// The rows of the container and of how it was given a GPU.
void put_container(Page& page, const model::Container& container);

}  // namespace envguard::report
