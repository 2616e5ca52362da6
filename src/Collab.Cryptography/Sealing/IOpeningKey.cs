namespace Collab.Cryptography.Sealing;

/// <summary>The secret half of a recipient's key: opens what was sealed to it; never printed, compared or read.</summary>
public interface IOpeningKey : IDisposable
{
    /// <summary>What others seal to.</summary>
    ReadOnlySpan<byte> PublicKey { get; }

    /// <summary>The plaintext, or null: another key or context, or altered bytes; one answer for every reason.</summary>
    /// <param name="context">What it is for.</param>
    /// <param name="delivery">What arrived.</param>
    byte[]? Open(ReadOnlySpan<byte> context, ReadOnlySpan<byte> delivery);
}
