/* The map of a Grid Maze (see map.h). */
#include "task/maze/map.h"

#include <string.h>

#include "base/blocks.h"

const am_maze_cell am_maze_move[AM_MAZE_ACTIONS] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};

static bool is_wall(int size, int row, int col) {
  if (row <= 0 || col <= 0 || row >= size - 1 || col >= size - 1) return true;
  if (row == size / 2 && col == size / 2) return false;
  return row % 2 == 0 && col % 2 == 0;
}

/* The nine cells around a free cell as nine bits, the first the highest. */
static uint16_t view_of(int size, int row, int col) {
  unsigned view = 0;
  for (int r = row - 1; r <= row + 1; r++)
    for (int c = col - 1; c <= col + 1; c++) view = view << 1 | is_wall(size, r, c);
  return (uint16_t)view;
}

static int count_free(int size) {
  int n = 0;
  for (int row = 0; row < size; row++)
    for (int col = 0; col < size; col++) n += !is_wall(size, row, col);
  return n;
}

enum { N_BLOCKS = 5 };

static void list_blocks(am_block blocks[N_BLOCKS], am_maze *maze) {
  const size_t size = (size_t)maze->options.size, n_free = (size_t)maze->n_free;
  const am_block list[N_BLOCKS] = {
      {&maze->number, size * size, sizeof *maze->number},
      {&maze->view, size * size, sizeof *maze->view},
      {&maze->cell, n_free, sizeof *maze->cell},
      {&maze->next, n_free, sizeof *maze->next},
      {&maze->shown, AM_MAZE_VIEWS, sizeof *maze->shown},
  };
  memcpy(blocks, list, sizeof list);
}

/* The numbers of all cells, and what is seen from the free ones. */
static void number_cells(am_maze *maze) {
  const int size = maze->options.size;
  int n = 0;
  for (int row = 0; row < size; row++)
    for (int col = 0; col < size; col++) {
      bool wall = is_wall(size, row, col);
      maze->number[row * size + col] = wall ? -1 : n++;
      if (!wall) maze->view[row * size + col] = view_of(size, row, col);
    }
  maze->centre = maze->number[size / 2 * size + size / 2];
}

amine_status am_maze_map(am_maze *maze, amine_error *error) {
  const int size = maze->options.size;
  am_block blocks[N_BLOCKS];
  maze->n_free = count_free(size);
  list_blocks(blocks, maze);
  AM_TRY(am_blocks_take(blocks, N_BLOCKS, "the maze", error));
  number_cells(maze);
  for (int k = 0; k < size * size; k++) {
    int number = maze->number[k];
    if (number < 0) continue;
    am_maze_cell cell = {(int16_t)(k / size), (int16_t)(k % size)};
    maze->cell[number] = cell;
    for (int a = 0; a < AM_MAZE_ACTIONS; a++)
      maze->next[number][a] = maze->number[k + am_maze_move[a].row * size + am_maze_move[a].col];
  }
  for (int view = 0; view < AM_MAZE_VIEWS; view++) {
    for (int k = 0; k < 9; k++) maze->shown[view][k] = (float)(view >> (8 - k) & 1);
    maze->shown[view][AM_MAZE_INPUT_BIAS] = 1;
  }
  return AMINE_OK;
}

void am_maze_unmap(am_maze *maze) {
  am_block blocks[N_BLOCKS];
  list_blocks(blocks, maze);
  am_blocks_free(blocks, N_BLOCKS);
}
