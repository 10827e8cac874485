"""What a worker does not inherit: settings of the user's that would change its numbers, its speed or its words.

A run's numbers follow from its spec, and its speed from the machine. What somebody has set for another purpose (in a
shell's start-up file, a container, a CI job) is in no record, and so has no part in a run.
"""

PREFIXES = {
    "KERAS_": "Keras's backend, and the folder of its keras.json",
    "TF_": "TensorFlow's arithmetic, graphs, threads and memory",
    "XLA_": "the compiler of TensorFlow's graphs",
    "TORCH": "torch's arithmetic and its compiler (TORCH_, TORCHDYNAMO_, TORCHINDUCTOR_)",
    "PYTORCH_": "torch's memory and threads",
    "ATEN_": "the vector units that torch uses",
    "TRITON_": "the compiler of torch's GPU code",
    "FLAGS_": "all that Paddle can be told: arithmetic, checks, memory",
    "PADDLE_": "Paddle's distributed training",
    "GLOG_": "Paddle's log",
    "OMP_": "threads, in every framework",
    "GOMP_": "threads of GNU's OpenMP",
    "KMP_": "threads of LLVM's and Intel's OpenMP",
    "MKL_": "threads, vector units and reproducibility of Intel's MKL",
    "MKLDNN_": "oneDNN under its older name",
    "DNNL_": "oneDNN: vector units, and sums in bfloat16",
    "ONEDNN_": "the same",
    "OPENBLAS_": "threads and vector units of NumPy's matrix products",
    "GOTO_": "the same under an older name",
    "BLIS_": "the same in another library",
    "VECLIB_": "the same on macOS",
    "NPY_": "the vector units that NumPy uses",
    "CUBLAS": "matrix products on GPUs (CUBLAS_, CUBLASLT_)",
    "CUDNN_": "convolutions on GPUs",
    "MALLOC_": "when the C library gives memory back",
    "PYTHON": "how Python runs: warnings as errors, asserts left out, the order in sets, buffers, encodings",
}
NAMES = {
    "CPU_NUM": "Paddle's threads",
    "CUDA_LAUNCH_BLOCKING": "makes GPUs wait for every operation",
    "GLIBC_TUNABLES": "the vector units that the C library uses",
    "NVIDIA_TF32_OVERRIDE": "sums with fewer digits on GPUs",
}
KEPT = {
    "PYTHONPATH": "where packages are",
    "PYTHONHOME": "where Python itself is",
    "PYTHONUSERBASE": "where the user's packages are",
    "PYTHONNOUSERSITE": "whether they count",
    "PYTHONPLATLIBDIR": "where Python itself is",
    "PYTHONEXECUTABLE": "the same on macOS",
    "PYTHONSAFEPATH": "whether the current folder has packages",
    "PYTHONPYCACHEPREFIX": "where compiled modules are written",
    "PYTHONDONTWRITEBYTECODE": "whether they are",
    "TORCHINDUCTOR_CACHE_DIR": "where torch's compiler writes",
    "TRITON_CACHE_DIR": "the same",
}


def is_inherited(name: str) -> bool:
    """Whether a worker gets the user's environment variable of this name."""
    return name in KEPT or not (name in NAMES or name.startswith(tuple(PREFIXES)))
