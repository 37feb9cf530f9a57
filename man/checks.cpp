// SPDX-License-Identifier: Apache-2.0
#include "report/explain.h"

#include <cstdio>

/// The section of the manual that the tables of checks and causes make; see `make manual`.
int main() {
    std::fputs(boxlite::render_manual_of_checks().c_str(), stdout);
}
