using Collab.Testing;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Tests;

/// <summary>Small parameters with no security, and keys of a seed: thousands of circuits in a second.</summary>
internal sealed class Toy : IDisposable
{
    public static BfvParameters Parameters { get; } = BfvParameters.CreateInsecure(BfvParameters.Literal(64, 10, [40, 40, 41], 41));

    public Toy(int seed, BfvParameters? parameters = null)
    {
        parameters ??= Parameters;
        Random = RandomSource.Seeded(seed);
        Secret = SecretKey.Generate(parameters, Random);
        Public = Secret.PublicKey(Random);
        Encoder = new(parameters);
        if (!parameters.SupportsKeySwitching) return;
        Relinearization = Secret.RelinearizationKey(Random);
        Galois = Secret.GaloisKeys([1, 2, 5, -3], columns: true, Random);
    }

    public RandomSource Random { get; }

    public SecretKey Secret { get; }

    public PublicKey Public { get; }

    public BatchEncoder Encoder { get; }

    public RelinearizationKey Relinearization { get; } = null!;

    public GaloisKeys Galois { get; } = null!;

    public ulong[] Decrypt(Ciphertext ciphertext)
    {
        using var plaintext = Secret.Decrypt(ciphertext);
        return Encoder.Decode(plaintext);
    }

    public void Dispose()
    {
        Secret.Dispose();
        Public.Dispose();
        Relinearization?.Dispose();
        Galois?.Dispose();
    }
}
