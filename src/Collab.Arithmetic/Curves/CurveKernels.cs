namespace Collab.Arithmetic.Curves;

/// <summary>The forms in which the curve kernels exist; all give the same bits.</summary>
internal enum CurveKernel
{
    /// <summary>One point at a time, integers of 128 bits. The specification, and what ARM and old processors run.</summary>
    Scalar,

    /// <summary>Four points at a time: AVX2 and FMA.</summary>
    Lanes256,

    /// <summary>Eight points at a time: AVX-512.</summary>
    Lanes512,
}

/// <summary>Which kernels this processor runs.</summary>
internal static class CurveKernels
{
    /// <summary>The widest.</summary>
    public static CurveKernel Best =>
        Lanes512.IsSupported ? CurveKernel.Lanes512 : Lanes256.IsSupported ? CurveKernel.Lanes256 : CurveKernel.Scalar;

    /// <summary>Whether it runs here.</summary>
    public static bool IsSupported(CurveKernel kernel) => kernel <= Best;
}
