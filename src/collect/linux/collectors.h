// One factory for each file of this folder. table.cpp names them.
#pragma once

#include <memory>

#include "collect/collector.h"

namespace oreum::collect {

using Factory = std::unique_ptr<Collector>(const Context&);

Factory make_loadavg;
Factory make_processes;
Factory make_textfile;

}  // namespace oreum::collect
