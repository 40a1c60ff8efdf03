#include "CTensorKernels.h"
typedef int ctk_not_empty;
