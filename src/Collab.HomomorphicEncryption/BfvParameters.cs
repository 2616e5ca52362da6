using System.Numerics;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>Checked parameters of BFV: nothing below 128-bit classical security can be made. Immutable; safe to use from many threads.</summary>
/// <remarks>Making them prepares tables (N = 8192: about 4 MiB, some 50 ms), so make them once. Spec: protocols/specs/bfv.md.</remarks>
public sealed class BfvParameters
{
    // Of the base conversion and of lazy sums; 19·48 = 912 bits is more than the table allows for any degree.
    private const int MostLimbs = 19;
    private readonly Lazy<BfvLevel>[] _levels;

    private BfvParameters(BfvParametersLiteral literal)
    {
        (RingDegree, PlaintextModulus) = (literal.RingDegree, literal.PlaintextModulus);
        Primes = [.. literal.CiphertextModuli, .. literal.SpecialModulus is { } special ? [special] : Array.Empty<ulong>()];
        Levels = literal.CiphertextModuli.Count;
        SupportsKeySwitching = literal.SpecialModulus is not null;
        Plain = new(RingDegree, [PlaintextModulus]);
        KeyRing = new(RingDegree, Primes);
        _levels = [.. Enumerable.Range(0, Levels).Select(dropped => new Lazy<BfvLevel>(() => new(this, Levels - dropped)))];
        Id = Digest.Of("collab-bfv-1", new CanonicalWriter().UInt32((uint)RingDegree).UInt64(PlaintextModulus)
            .List(Primes, (writer, prime) => writer.UInt64(prime)).Boolean(SupportsKeySwitching).Written);
    }

    /// <summary>N = 4096, log₂ Q = 72 and 37 bits of key switching, t of 20 bits: room for one product.</summary>
    public static BfvParameters N4096 => Named.N4096.Value;

    /// <summary>N = 8192, log₂ Q = 174 and 44 bits of key switching, t of 20 bits.</summary>
    public static BfvParameters N8192 => Named.N8192.Value;

    /// <summary>N = 16384, log₂ Q = 384 and 48 bits of key switching, t of 20 bits.</summary>
    public static BfvParameters N16384 => Named.N16384.Value;

    /// <summary>N = 32768, log₂ Q = 816 and 48 bits of key switching, t of 20 bits.</summary>
    public static BfvParameters N32768 => Named.N32768.Value;

    /// <summary>N: also the number of slots.</summary>
    public int RingDegree { get; }

    /// <summary>t.</summary>
    public ulong PlaintextModulus { get; }

    /// <summary>How many primes Q has; a ciphertext may be switched down to one.</summary>
    public int Levels { get; }

    /// <summary>Whether there is a prime for relinearisation and rotations.</summary>
    public bool SupportsKeySwitching { get; }

    /// <summary>The digest of all numbers; every serialized object carries it.</summary>
    public Digest Id { get; }

    /// <summary>The bit length of each prime of Q; switching the modulus down leaves out the last.</summary>
    public IReadOnlyList<int> PrimeBits => [.. KeyRing.Moduli.Take(Levels).Select(modulus => modulus.Bits)];

    internal ulong[] Primes { get; }

    internal RingBase Plain { get; }

    internal RingBase KeyRing { get; }

    /// <summary>Checks the numbers and prepares the tables.</summary>
    /// <exception cref="ArgumentException">Numbers the scheme does not work with: the message says which rule is broken.</exception>
    /// <exception cref="InsecureParametersException">The modulus, that of key switching included, is too large for the degree.</exception>
    public static BfvParameters Create(BfvParametersLiteral literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        var largest = SecurityTable.LargestBits(literal.RingDegree);
        if (largest == 0) throw new ArgumentException("The degree is a power of two of 1024 to 32768.", nameof(literal));
        var parameters = CreateInsecure(literal);
        // A product below 2^bits exactly, and not the sum of rounded logarithms.
        return parameters.KeyRing.Product < BigInteger.One << largest
            ? parameters
            : throw new InsecureParametersException($"The modulus has at most {largest} bits at degree {literal.RingDegree}, for 128-bit security.");
    }

    /// <summary>Primes found the same way everywhere: the largest of each bit length, in order, and t the largest of its length.</summary>
    /// <param name="degree">N.</param>
    /// <param name="plaintextBits">The bit length of t.</param>
    /// <param name="primeBits">The bit length of each prime of Q.</param>
    /// <param name="specialBits">The bit length of the prime of key switching; none without.</param>
    public static BfvParametersLiteral Literal(int degree, int plaintextBits, IReadOnlyList<int> primeBits, int? specialBits)
    {
        ArgumentNullException.ThrowIfNull(primeBits);
        ulong[] taken = [NttPrimes.Largest(plaintextBits, degree, 1)[0]];
        ulong Next(int bits)
        {
            var prime = NttPrimes.Largest(bits, degree, 1, taken)[0];
            taken = [.. taken, prime];
            return prime;
        }

        ulong? special = specialBits is { } length ? Next(length) : null;
        return new() { RingDegree = degree, PlaintextModulus = taken[0], SpecialModulus = special, CiphertextModuli = [.. primeBits.Select(Next)] };
    }

    internal static BfvParameters CreateInsecure(BfvParametersLiteral literal)
    {
        var (degree, primes) = (literal.RingDegree, literal.CiphertextModuli);
        if (!BitOperations.IsPow2(degree) || degree is < 16 or > 32768) throw new ArgumentException("The degree is a power of two.", nameof(literal));
        if (primes.Count is 0 or > MostLimbs) throw new ArgumentException("There are 1 to 19 ciphertext moduli.", nameof(literal));
        ulong[] all = [literal.PlaintextModulus, .. primes, .. literal.SpecialModulus is { } special ? [special] : Array.Empty<ulong>()];
        if (all.Distinct().Count() != all.Length) throw new ArgumentException("No modulus stands twice.", nameof(literal));
        if (all.Any(p => p >> ResidueModulus.LargestBits != 0 || p % (2UL * (ulong)degree) != 1 || !NttPrimes.IsPrime(p)))
            throw new ArgumentException("Every modulus is a prime below 2^48 and 1 modulo twice the degree.", nameof(literal));
        if (primes.Any(q => q <= literal.PlaintextModulus)) throw new ArgumentException("Every ciphertext modulus is above the plaintext modulus.", nameof(literal));
        if (primes.Any(q => q > literal.SpecialModulus)) throw new ArgumentException("The special modulus is the largest.", nameof(literal));
        return new(literal);
    }

    /// <summary>What operations need of the first primes of Q; prepared when it is first asked for.</summary>
    internal BfvLevel Level(int limbs) => _levels[Levels - limbs].Value;

    internal BfvLevel Top => Level(Levels);

    internal void CheckSame(BfvParameters other, string argument)
    {
        if (Id != other.Id) throw new ArgumentException("Both operands have the same parameters.", argument);
    }

    /// <inheritdoc/>
    public override string ToString() => $"BFV N={RingDegree} t={PlaintextModulus} log2Q={BigInteger.Log(Top.Ring.Product, 2):F0}";

    private static class Named
    {
        public static readonly Lazy<BfvParameters> N4096 = new(() => Create(Literal(4096, 20, [36, 36], 37)));
        public static readonly Lazy<BfvParameters> N8192 = new(() => Create(Literal(8192, 20, [43, 43, 44, 44], 44)));
        public static readonly Lazy<BfvParameters> N16384 = new(() => Create(Literal(16384, 20, [48, 48, 48, 48, 48, 48, 48, 48], 48)));
        public static readonly Lazy<BfvParameters> N32768 = new(() => Create(Literal(32768, 20, [.. Enumerable.Repeat(48, 17)], 48)));
    }
}
