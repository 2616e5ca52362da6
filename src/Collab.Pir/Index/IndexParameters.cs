namespace Collab.Pir.Index;

/// <summary>The one parameter set of index retrieval: Regev encryption with n = 1152, q = 2^32, p = 2^8 and errors of deviation 6.4.</summary>
/// <remarks>Shape of the scheme and error width: SimplePIR, section 4.2. Why n is longer than the 1024 there, and the bound on wrong bytes:
/// specs/retrieval-index.md, "Parameters and why"; notebooks/retrieval-parameters.py recomputes both.</remarks>
public static class IndexParameters
{
    /// <summary>n: words of a secret and of a row of the hint.</summary>
    public const int SecretSize = 1152;

    /// <summary>Coins on each side of an error; its variance is half of them, 41, a deviation of 6.403.</summary>
    public const int ErrorCoins = 82;

    /// <summary>q/p = 2^24: what a byte is multiplied by. It divides q, so nothing is rounded.</summary>
    public const int ScaleBits = 24;

    /// <summary>The most columns: the noise of a byte then exceeds its bound with chance 2^-71 at most.</summary>
    public const int LargestColumns = 1 << 20;

    /// <summary>Columns are a multiple of this, so that vectors fill whole cache lines.</summary>
    public const int ColumnStep = 64;

    /// <summary>The seed of the public matrix, in bytes.</summary>
    public const int SeedSize = 16;

    /// <summary>The most bytes of a table, padding included: 2^31 − 2^20.</summary>
    public const long LargestTable = (1L << 31) - (1 << 20);

    /// <summary>The longest record, in bytes.</summary>
    public const int LargestRecord = 1 << 16;
}
