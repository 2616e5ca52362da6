namespace Collab.SecretSharing.Vectors;

/// <summary>The widths in which the passes over words exist; all give the same words.</summary>
internal enum KernelWidth
{
    /// <summary>One word at a time. The specification.</summary>
    Scalar,

    /// <summary>Vectors of 256 bits.</summary>
    Bits256,

    /// <summary>Vectors of 512 bits.</summary>
    Bits512,
}
