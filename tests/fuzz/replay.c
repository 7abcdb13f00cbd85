/* Feeds every file of the folders given to a fuzz target, so that its corpus is a test for any
 * compiler: replay FOLDER ... exits with 0 if there was a file and none made the target abort. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Gives the target a block of exactly the file's size, so that a sanitizer sees a read beyond. */
static int feed(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) return -1;
  size_t size = 0, room = 1 << 20;
  uint8_t *data = malloc(room);
  if (data) size = fread(data, 1, room, f);
  fclose(f);
  uint8_t *exact = data && size < room ? realloc(data, size ? size : 1) : NULL;
  if (!exact) {
    free(data);
    return -1;
  }
  LLVMFuzzerTestOneInput(exact, size);
  free(exact);
  return 0;
}

int main(int argc, char **argv) {
  long n_files = 0;
  for (int k = 1; k < argc; k++) {
    DIR *folder = opendir(argv[k]);
    if (!folder) {
      fprintf(stderr, "%s: the folder cannot be opened\n", argv[k]);
      return 1;
    }
    for (struct dirent *e; (e = readdir(folder)) != NULL;) {
      char path[4096];
      if (e->d_name[0] == '.') continue;
      snprintf(path, sizeof path, "%s/%s", argv[k], e->d_name);
      if (feed(path) != 0) {
        fprintf(stderr, "%s: the file cannot be read\n", path);
        closedir(folder);
        return 1;
      }
      n_files++;
    }
    closedir(folder);
  }
  printf("%ld files\n", n_files);
  return n_files > 0 ? 0 : 1;
}
