/* A driver's library as NVML documents it, of a machine with two GPUs, of which the second tells little. */
#include <stdint.h>
#include <string.h>

#define NOT_SUPPORTED 3

typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned int gpu, memory; } utilization_t;

static int devices[2];
static int running;

int nvmlInit_v2(void) { running++; return 0; }
int nvmlShutdown(void) { running--; return 0; }
int nvmlDeviceGetCount_v2(unsigned int *count) { *count = running > 0 ? 2 : 0; return running > 0 ? 0 : 1; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) { *device = &devices[index]; return 0; }
int nvmlDeviceGetName(void *device, char *name, unsigned int length) {
    strncpy(name, device == &devices[0] ? "NVIDIA H100 80GB HBM3" : "NVIDIA H100 NVL", length);
    return 0;
}
int nvmlDeviceGetMemoryInfo(void *device, memory_t *memory) {
    memory->total = 85899345920ull;
    memory->used = device == &devices[0] ? 71234567890ull : 0;
    memory->free = memory->total - memory->used;
    return 0;
}
int nvmlDeviceGetUtilizationRates(void *device, utilization_t *rates) {
    if (device == &devices[1]) return NOT_SUPPORTED;
    rates->gpu = 97;
    rates->memory = 55;
    return 0;
}
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned int *celsius) {
    if (device == &devices[1]) return NOT_SUPPORTED;
    *celsius = sensor == 0 ? 64 : 0;
    return 0;
}
int nvmlDeviceGetPowerUsage(void *device, unsigned int *milliwatts) {
    if (device == &devices[1]) return NOT_SUPPORTED;
    *milliwatts = 683210;
    return 0;
}
