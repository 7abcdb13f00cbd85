/* Rows of somebody else's (see parameter.h). */
#include "base/parameter.h"

#include <math.h>
#include <stdbool.h>

#define REFUSE(error, ...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)

static size_t size_of_member(amine_member member) {
  switch (member) {
  case AMINE_MEMBER_NONE: return 0;
  case AMINE_MEMBER_INT: return sizeof(int);
  case AMINE_MEMBER_UINT32: return sizeof(uint32_t);
  case AMINE_MEMBER_UINT64: return sizeof(uint64_t);
  case AMINE_MEMBER_FLOAT: return sizeof(float);
  case AMINE_MEMBER_DOUBLE: return sizeof(double);
  case AMINE_MEMBER_BOOL: return sizeof(bool);
  case AMINE_MEMBER_PATH: return sizeof(char *);
  }
  return SIZE_MAX;
}

static amine_status check_row(const amine_parameter *row, size_t options_size, const char *part,
                              amine_error *error) {
  if (!row->meaning || (!row->unit && !row->borrowed))
    return REFUSE(error, "%s: the parameter \"%.60s\" has no meaning, or no unit (\"\" is none)",
                  part, row->name);
  if ((unsigned)row->kind > AMINE_WORDS)
    return REFUSE(error, "%s: the parameter \"%.60s\" is of no kind (%d)", part, row->name,
                  (int)row->kind);
  if ((row->kind == AMINE_NUMBER || row->kind == AMINE_INTEGER) && !isnan(row->standard) &&
      !row->borrowed && !(row->standard >= row->min && row->standard <= row->max))
    return REFUSE(error, "%s: the standard value %g of \"%.60s\" is not from %g to %g", part,
                  row->standard, row->name, row->min, row->max);
  const size_t size = size_of_member(row->member);
  if (size == SIZE_MAX || size > options_size || row->offset > options_size - size)
    return REFUSE(error, "%s: the parameter \"%.60s\" would be written at byte %zu of %zu", part,
                  row->name, row->offset, options_size);
  return AMINE_OK;
}

amine_status am_parameters_check(const amine_parameter *rows, size_t options_size, const char *part,
                                 amine_error *error) {
  for (const amine_parameter *row = rows; row && row->name; row++)
    AM_TRY(check_row(row, options_size, part, error));
  return AMINE_OK;
}
