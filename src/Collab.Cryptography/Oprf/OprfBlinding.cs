using System.Security.Cryptography;
using Collab.Primitives;

namespace Collab.Cryptography.Oprf;

/// <summary>A blinded input with the secret that removes the blind; for one answer.</summary>
public sealed class OprfBlinding : IDisposable
{
    private readonly OprfGroup _group;
    private readonly byte[] _input;
    private readonly SecretBytes _blind;
    private readonly byte[] _element;

    internal OprfBlinding(OprfGroup group, byte[] input, SecretBytes blind, byte[] element) =>
        (_group, _input, _blind, _element) = (group, input, blind, element);

    /// <summary>What goes to the server: a uniform element whatever the input.</summary>
    public ReadOnlyMemory<byte> Element => _element;

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(OprfBlinding)} (secret)";

    /// <summary>Zeroes blind and input.</summary>
    public void Dispose()
    {
        _blind.Dispose();
        CryptographicOperations.ZeroMemory(_input);
    }

    /// <summary>F(k, x) from a checked answer.</summary>
    internal byte[] Finish(byte[] evaluated) => _blind.Use(
        (_group, _input, evaluated),
        static (blind, s) =>
        {
            var inverse = s._group.Invert(blind);
            var element = s._group.Multiply(inverse, s.evaluated);
            CryptographicOperations.ZeroMemory(inverse);
            return OprfClient.Finish(s._group, s._input, element);
        });
}
