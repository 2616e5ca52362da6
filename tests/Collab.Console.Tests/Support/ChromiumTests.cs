using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Collab.Console.Tests.Support;

/// <summary>What the other tests rest on: this browser refuses a page whose authority it was not given.</summary>
public class ChromiumTests
{
    [Fact]
    public async Task A_certificate_is_accepted_by_its_authority_and_refused_without()
    {
        using var authority = Authority("known");
        using var other = Authority("other");
        await using var known = await ServeAsync(authority);
        await using var unknown = await ServeAsync(other);
        await using var chromium = await Chromium.StartAsync(new Dictionary<string, X509Certificate2> { ["known"] = authority });
        var page = await chromium.Browser.NewPageAsync();

        await page.GotoAsync(known.Urls.Single());
        Assert.Equal("here", await page.InnerTextAsync("h1"));
        var refused = await Assert.ThrowsAnyAsync<PlaywrightException>(() => page.GotoAsync(unknown.Urls.Single()));
        Assert.Contains("ERR_CERT_AUTHORITY_INVALID", refused.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=console", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(16));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<WebApplication> ServeAsync(X509Certificate2 authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var certificate = Issue(authority);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var application = builder.Build();
        application.MapGet("/", () => Results.Content("<h1>here</h1>", "text/html"));
        await application.StartAsync();
        return application;
    }
}
