namespace Collab.HomomorphicEncryption;

/// <summary>Powers of an encrypted point x, for the evaluation of many polynomials at it: x, …, x^(b−1) for the sums inside a block of b
/// coefficients, and x^b, x^(2b), … to put the blocks together (Paterson and Stockmeyer, 1973).</summary>
/// <remarks>The ciphertexts are borrowed: they must not be disposed before this. Immutable; safe to use from many threads.</remarks>
public sealed class EncryptedPowers : IDisposable
{
    private readonly TensorOperand[] _extended;

    private EncryptedPowers(int degree, int block, Ciphertext[] low, Ciphertext[] high)
    {
        (Degree, Block, Low, High) = (degree, block, low, high);
        _extended = [.. high.Select(power => new TensorOperand(power))];
    }

    /// <summary>The largest degree of a polynomial.</summary>
    public int Degree { get; }

    /// <summary>b, the number of coefficients in a block; above the degree when there is one block alone and no product of ciphertexts.</summary>
    public int Block { get; }

    /// <summary>What the ciphertexts belong to.</summary>
    public BfvParameters Parameters => Low[0].Parameters;

    /// <summary>How many primes their modulus has.</summary>
    public int Level => Low[0].Level;

    /// <summary>x, …, x^(b−1).</summary>
    internal Ciphertext[] Low { get; }

    /// <summary>x^b, x^(2b), ….</summary>
    internal Ciphertext[] High { get; }

    /// <summary>x^(b·k) in both bases, for k of 1 on.</summary>
    internal TensorOperand Extended(int block) => _extended[block - 1];

    /// <summary>The exponents of the powers that are needed, ascending: 1 to b − 1, then the multiples of b.</summary>
    /// <param name="degree">The largest degree, 1 or more.</param>
    /// <param name="block">b, 2 or more; above the degree for one block alone.</param>
    public static IReadOnlyList<int> Exponents(int degree, int block)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 2);
        return [.. Enumerable.Range(1, Math.Min(degree, block - 1)), .. Enumerable.Range(1, degree / block).Select(k => k * block)];
    }

    /// <summary>Prepares the powers: those that put blocks together are extended to the second base of products, once for all polynomials.</summary>
    /// <param name="powers">By exponent, those of <see cref="Exponents"/> at least, of one level and two parts.</param>
    /// <param name="degree">The largest degree, 1 or more.</param>
    /// <param name="block">b, 2 or more; above the degree for one block alone.</param>
    /// <exception cref="ArgumentException">A power is missing, or parameters, levels or parts do not fit.</exception>
    public static EncryptedPowers Prepare(IReadOnlyDictionary<int, Ciphertext> powers, int degree, int block)
    {
        ArgumentNullException.ThrowIfNull(powers);
        Ciphertext[] needed = [.. Exponents(degree, block).Select(exponent => powers.TryGetValue(exponent, out var power)
            ? power
            : throw new ArgumentException("Every power that the degree and the block need is there.", nameof(powers)))];
        foreach (var power in needed)
        {
            needed[0].Parameters.CheckSame(power.Parameters, nameof(powers));
            if (power.Parts != 2 || power.Level != needed[0].Level) throw new ArgumentException("The powers are of one level and two parts.", nameof(powers));
        }

        var low = Math.Min(degree, block - 1);
        return new(degree, block, needed[..low], needed[low..]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Low.Length + High.Length} powers of an encrypted point, for degree {Degree} in blocks of {Block}";

    /// <summary>Gives back what was prepared; the ciphertexts stay.</summary>
    public void Dispose()
    {
        foreach (var power in _extended) power.Dispose();
    }
}
