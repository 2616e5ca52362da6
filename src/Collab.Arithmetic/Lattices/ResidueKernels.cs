using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.Lattices;

/// <summary>Which widths of the residue kernels this processor runs.</summary>
internal static class ResidueKernels
{
    /// <summary>The widest. AVX-512 is asked for by its instructions, not by whether the runtime prefers 512-bit vectors.</summary>
    public static VectorKernel Best =>
        Avx512F.IsSupported ? VectorKernel.Bits512 : Avx2.IsSupported && Fma.IsSupported ? VectorKernel.Bits256 : VectorKernel.Scalar;

    /// <summary>Whether it runs here.</summary>
    public static bool IsSupported(VectorKernel kernel) => kernel <= Best;
}
