namespace Collab.Arithmetic;

/// <summary>The widths in which the kernels of binary fields and hashes exist; all give the same bits.</summary>
internal enum VectorKernel
{
    /// <summary>One element at a time. The specification, and what processors without the instructions run.</summary>
    Scalar,

    /// <summary>Vectors of 256 bits; AES has 128-bit instructions and eight blocks in flight here.</summary>
    Bits256,

    /// <summary>Vectors of 512 bits.</summary>
    Bits512,
}
