using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Playwright;

namespace Collab.Console.Tests.Support;

/// <summary>Debian's Chromium, which trusts the given authorities and none of the tests' making: a wrong certificate fails as it does for a user.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    // Without these it tries to reach hosts that are not there.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly DirectoryInfo _home;

    private Chromium(IPlaywright playwright, IBrowser browser, DirectoryInfo home) => (_playwright, Browser, _home) = (playwright, browser, home);

    /// <summary>The browser.</summary>
    public IBrowser Browser { get; }

    /// <summary>Starts it with a home of its own, where the authorities are trusted.</summary>
    /// <param name="authorities">Certificates of authorities, by a name.</param>
    public static async Task<Chromium> StartAsync(IReadOnlyDictionary<string, X509Certificate2> authorities)
    {
        Assert.True(File.Exists(Program), $"{Program} is not there: tests/run installs it, or: apt-get install chromium libnss3-tools");
        var home = Directory.CreateTempSubdirectory("collab-chromium-");
        IPlaywright? playwright = null;
        try
        {
            await TrustAsync(home, authorities);
            playwright = await Playwright.CreateAsync();
            var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Program, Headless = true, Args = Arguments, Env = EnvironmentIn(home),
            });
            return new Chromium(playwright, browser, home);
        }
        catch
        {
            playwright?.Dispose();
            home.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
        _home.Delete(recursive: true);
    }

    // Chromium on Linux takes added authorities from the NSS database in its user's home.
    private static async Task TrustAsync(DirectoryInfo home, IReadOnlyDictionary<string, X509Certificate2> authorities)
    {
        var database = home.CreateSubdirectory(Path.Combine(".pki", "nssdb"));
        await CertutilAsync("-N", "-d", $"sql:{database.FullName}", "--empty-password");
        foreach (var (name, certificate) in authorities)
        {
            var file = Path.Combine(home.FullName, $"{name}.pem");
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            await CertutilAsync("-A", "-d", $"sql:{database.FullName}", "-t", "C,,", "-n", name, "-i", file);
        }
    }

    private static async Task CertutilAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("certutil", arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"certutil {arguments[0]}: {errors}");
    }

    private static Dictionary<string, string> EnvironmentIn(DirectoryInfo home)
    {
        var environment = new Dictionary<string, string> { ["HOME"] = home.FullName, ["LANG"] = "C.UTF-8" };
        if (Environment.GetEnvironmentVariable("PATH") is { } path) environment["PATH"] = path;
        return environment;
    }
}
