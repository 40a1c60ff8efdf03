// Dot products of rows of plain weights: one line in a report for each thing that a table does otherwise.
#pragma once
#include "BlockChecks.h"

void check_dots(const ctk_table *reference, const ctk_table *table, check_report *report);
