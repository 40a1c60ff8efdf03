// Part of KernelChecks: what concerns packed weights.
#pragma once
#include "CTensorKernels.h"

typedef void check_report(const char *format, ...);

void check_blocks(const ctk_table *reference, const ctk_table *table, check_report *report);
