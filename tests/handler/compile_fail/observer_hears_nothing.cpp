// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this observer has none of the functions

#include <cofire/handler/observer.hpp>

struct counter {
    void on_start(cofire::job_context const&);
};
void observe(counter& c) {
    cofire::observer_ref const ref = c;
}
