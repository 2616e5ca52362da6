using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Lattices;
using Collab.HomomorphicEncryption.Rings;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption;

/// <summary>Takes what is multiplied by another secret s' to the secret s: for each prime q_i of Q, an encryption under s of P·s' modulo q_i and of 0
/// modulo the other primes, over Q·P.</summary>
/// <remarks>The hybrid of Gentry, Halevi and Smart (eprint 2012/099, section 3.1) with one digit for each prime (Bajard et al., eprint 2016/510,
/// section 4.5) and one special prime. The uniform halves stand as one seed.</remarks>
internal sealed class KeySwitchingKey : IDisposable
{
    private readonly RingElement<Evaluations>[] _first;
    private readonly RingElement<Evaluations>[] _second;
    private readonly Gf128 _seed;

    private KeySwitchingKey(RingBase ring, RingElement<Evaluations>[] first, Gf128 seed)
    {
        (_first, _seed) = (first, seed);
        _second = Expand(ring, seed, first.Length);
    }

    /// <summary>Makes the key.</summary>
    /// <param name="parameters">Parameters with a special prime.</param>
    /// <param name="secret">s over Q·P.</param>
    /// <param name="from">s' over Q·P.</param>
    /// <param name="random">Where the errors and the seed come from.</param>
    public static KeySwitchingKey Generate(
        BfvParameters parameters, RingElement<Evaluations> secret, RingElement<Evaluations> from, RandomSource random)
    {
        var (ring, seed) = (parameters.KeyRing, Encryption.Seed(random));
        using var prg = AesPrg.Generate(random);
        var (second, first) = (Expand(ring, seed, parameters.Levels), new RingElement<Evaluations>[parameters.Levels]);
        var special = ring.Moduli[^1].Value;
        using var scaled = NativeBuffer<double>.Allocate(ring.Degree);
        for (var i = 0; i < first.Length; i++)
        {
            first[i] = Encryption.ErrorLessProduct(secret, second[i], prg);
            var modulus = ring.Moduli[i];
            ResidueVectors.Scale(from[i], special % modulus.Value, scaled.Span, modulus);
            ResidueVectors.Add(first[i][i], scaled.Span, first[i][i], modulus);
            second[i].Dispose();
        }

        return new(ring, first, seed);
    }

    /// <summary>(d_0, d_1) with d_0 + d_1·s ≈ x·s' modulo Q.</summary>
    /// <param name="level">The level of x.</param>
    /// <param name="x">The part that is multiplied by s'.</param>
    public (RingElement<Evaluations> First, RingElement<Evaluations> Second) Switch(BfvLevel level, RingElement<Evaluations> x)
    {
        var (ring, limbs) = (level.SwitchingRing!, level.Limbs);
        using var digits = x.PublicCopy().InterpolateInPlace();
        for (var i = 0; i < limbs; i++) ResidueVectors.Center(digits[i], digits[i], level.Ring.Moduli[i]);
        using var first = RingElement<Evaluations>.Public(ring);
        using var second = RingElement<Evaluations>.Public(ring);
        using var moved = NativeBuffer<double>.AllocatePublic(ring.Degree);
        first.Residues.Clear();
        second.Residues.Clear();
        for (var j = 0; j <= limbs; j++)
        {
            var (modulus, limb) = (ring.Moduli[j], j < limbs ? j : _first[0].Ring.Limbs - 1);
            for (var i = 0; i < limbs; i++)
            {
                ReadOnlySpan<double> digit = x[Math.Min(j, limbs - 1)];       // of the prime itself the values are known already
                if (i != j)
                {
                    ResidueVectors.Center(digits[i], moved.Span, modulus);
                    ring.Transforms[j].Forward(moved.Span);
                    digit = moved.Span;
                }

                ResidueVectors.Accumulate(digit, _first[i][limb], first[j], modulus);
                ResidueVectors.Accumulate(digit, _second[i][limb], second[j], modulus);
                if (i % 8 == 7 || i == limbs - 1)
                {
                    ResidueVectors.Normalize(first[j], first[j], modulus);
                    ResidueVectors.Normalize(second[j], second[j], modulus);
                }
            }
        }

        return (first.DivideByLast(level.Ring, level.SpecialInverses!), second.DivideByLast(level.Ring, level.SpecialInverses!));
    }

    public void Write(CanonicalWriter writer)
    {
        Span<byte> seed = stackalloc byte[Gf128.Size];
        _seed.Write(seed);
        writer.Raw(seed);
        foreach (var element in _first) ResidueEncoding.Write(writer, element);
    }

    public static int Size(BfvParameters parameters) => Gf128.Size + (parameters.Levels * ResidueEncoding.Size(parameters.KeyRing));

    /// <exception cref="MalformedException">A residue at or above its prime, or too few bytes.</exception>
    public static KeySwitchingKey Read(ref CanonicalReader reader, BfvParameters parameters)
    {
        if (reader.Remaining < Size(parameters)) throw new MalformedException("as many residues as the parameters have");
        var seed = Gf128.Read(reader.Raw(Gf128.Size));
        var first = new List<RingElement<Evaluations>>();
        try
        {
            for (var i = 0; i < parameters.Levels; i++) first.Add(ResidueEncoding.Read(ref reader, parameters.KeyRing));
        }
        catch (MalformedException)
        {
            first.ForEach(element => element.Dispose());
            throw;
        }

        return new(parameters.KeyRing, [.. first], seed);
    }

    public void Dispose()
    {
        foreach (var element in _first) element.Dispose();
        foreach (var element in _second) element.Dispose();
    }

    // The seeds of the digits are the first blocks of the seed's own stream.
    private static RingElement<Evaluations>[] Expand(RingBase ring, Gf128 seed, int digits)
    {
        using var prg = new AesPrg(seed);
        var seeds = new Gf128[digits];
        prg.Fill(seeds);
        return [.. seeds.Select(digit => Sampling.Uniform(ring, digit))];
    }
}
