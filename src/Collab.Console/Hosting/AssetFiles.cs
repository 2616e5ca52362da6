using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Collab.Console.Hosting;

/// <summary>Style sheets and modules, embedded in this assembly. The digest of all of them is in their address, so a browser may keep them for good.</summary>
/// <remarks>One digest for all: a module finds another beside it by a relative address.</remarks>
internal sealed class AssetFiles : IEndpoints
{
    private const string Prefix = "assets/";

    private static readonly IReadOnlyDictionary<string, byte[]> Files = Load();
    private static readonly string Edition = DigestOf(Files);

    /// <summary>The style sheets: what the others build on comes first.</summary>
    public static IReadOnlyList<string> StyleSheets { get; } =
        [.. Files.Keys.Where(name => name.EndsWith(".css", StringComparison.Ordinal))
            .OrderBy(name => name switch { "tokens.css" => 0, "base.css" => 1, _ => 2 }).ThenBy(name => name, StringComparer.Ordinal)];

    /// <summary>Whether this build has a file: one from npm may be missing.</summary>
    public static bool Has(string name) => Files.ContainsKey(name);

    /// <summary>The address of a file.</summary>
    public static string AddressOf(string name) => Files.ContainsKey(name) ? $"/{Prefix}{Edition}/{name}" : throw new ArgumentException($"There is no asset '{name}'.", nameof(name));

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet($"/{Prefix}{{edition}}/{{**name}}", (string edition, string name, HttpContext context) =>
    {
        if (edition != Edition || !Files.TryGetValue(name, out var content)) return Results.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(content, TypeOf(name));
    }).AllowAnonymous();

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json",
        ".svg" => "image/svg+xml",
        ".txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };

    private static Dictionary<string, byte[]> Load()
    {
        var assembly = typeof(AssetFiles).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(name => name[Prefix.Length..], name =>
        {
            using var content = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            return bytes;
        });
    }

    private static string DigestOf(IReadOnlyDictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, content) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));
            hash.AppendData(SHA256.HashData(content));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
