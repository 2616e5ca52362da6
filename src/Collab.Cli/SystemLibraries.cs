using System.Runtime.InteropServices;

namespace Collab.Cli;

/// <summary>The libraries that must come from the system. The runtime ends the process without a word of ours when one is not there, so it is asked first.</summary>
/// <remarks>Nothing here may touch a culture, a resource or a key: those are what would end the process.</remarks>
internal static class SystemLibraries
{
    private const int OldestIcu = 50;
    private const int NewestIcu = 120;

    /// <summary>What to install, or null when everything is there.</summary>
    public static string? Missing { get; } =
        !Has("libssl.so.3") || !Has("libcrypto.so.3") ? "OpenSSL 3 (Debian and Ubuntu: libssl3; Fedora: openssl-libs)"
        : !HasIcu() && !IsInvariant ? "ICU (Debian: libicu72, Ubuntu: libicu74; Fedora: libicu)"
        : null;

    private static bool IsInvariant => Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is "1" or "true";

    private static bool HasIcu()
    {
        for (var version = NewestIcu; version >= OldestIcu; version--)
        {
            if (Has("libicuuc.so." + version)) return true;
        }

        return Has("libicuuc.so");
    }

    private static bool Has(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle)) return false;
        NativeLibrary.Free(handle);
        return true;
    }
}
