using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>Which provider a process uses.</summary>
public static class SmProviders
{
    private static readonly Lazy<ISmProvider> Chosen = new(Choose);

    /// <summary>libcrypto where it has the suite, else the managed library, which takes no private keys.</summary>
    public static ISmProvider Current => Chosen.Value;

    private static ISmProvider Choose()
    {
        try
        {
            return LibCryptoSmProvider.Open();
        }
        catch (CollabException fault) when (fault.Code == SmErrors.LibraryMissing)
        {
            return BouncyCastleSmProvider.Open();
        }
    }
}
