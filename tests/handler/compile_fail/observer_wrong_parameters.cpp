// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors
// expect: cofire: this observer's on_settled does not take

#include <cofire/handler/observer.hpp>

struct counter {
    void on_started(cofire::job_context const&);
    void on_settled(int);
};
void observe(counter& c) {
    cofire::observer_ref const ref = c;
}
