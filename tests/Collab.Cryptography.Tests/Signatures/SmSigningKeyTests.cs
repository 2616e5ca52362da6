using System.Diagnostics;
using System.Text;
using Collab.Cryptography.Signatures;
using Collab.Cryptography.Sm;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.Cryptography.Tests.Signatures;

/// <summary>Signing keys of the SM suite in the forms of the others: in memory, in files, and against the other library.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SmSigningKeyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-sm-key").FullName;

    private string KeyPath => Path.Combine(_folder, "key.pem");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_signs_with_the_default_identity_and_is_verified_by_both_libraries()
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.Sm2, RandomSource.Seeded(1));
        using var other = SigningKey.Generate(SignatureAlgorithm.Sm2, RandomSource.Seeded(2));
        var signature = key.Sign("message"u8);
        Assert.Equal((SignatureAlgorithm.Sm2, 64, VerifyingKey.SignatureSize), (key.PublicKey.Algorithm, key.PublicKey.Bytes.Length, signature.Length));
        Assert.True(key.PublicKey.Verify("message"u8, signature));
        Assert.False(other.PublicKey.Verify("message"u8, signature));
        Assert.False(key.PublicKey.Verify("massage"u8, signature));
        Assert.False(key.PublicKey.Verify("message"u8, signature.AsSpan(..63)));
        Assert.False(key.PublicKey.Verify("message"u8, new byte[64]));
        Assert.True(BouncyCastleSmProvider.Open().Verify(Sm2PublicKey.Parse(key.PublicKey.Bytes), Sm2Format.DefaultIdentity, "message"u8, signature));
        Assert.Equal(key.PublicKey, VerifyingKey.Parse(key.PublicKey.Bytes));
        Assert.Equal("SigningKey (secret)", key.ToString());
    }

    [Fact]
    public void A_key_of_the_other_suite_is_never_taken_for_it()
    {
        using var ed25519 = SigningKey.Generate(RandomSource.Seeded(1));
        using var sm2 = SigningKey.Generate(SignatureAlgorithm.Sm2, RandomSource.Seeded(1));
        Assert.Equal(SignatureAlgorithm.Ed25519, ed25519.PublicKey.Algorithm);
        Assert.NotEqual(ed25519.PublicKey, sm2.PublicKey);
        Assert.False(ed25519.PublicKey.Verify("m"u8, sm2.Sign("m"u8)));
        Assert.False(sm2.PublicKey.Verify("m"u8, ed25519.Sign("m"u8)));
        Assert.Throws<MalformedException>(() => VerifyingKey.Parse(new byte[64]));
    }

    [Theory, InlineData(null), InlineData("correct horse")]
    public void A_saved_key_loads_again_and_openssl_reads_it(string? passphrase)
    {
        using var key = SigningKey.Generate(SignatureAlgorithm.Sm2, RandomSource.Seeded(3));
        using var phrase = passphrase is null ? null : SecretBytes.Take(Encoding.UTF8.GetBytes(passphrase));
        key.Save(KeyPath, phrase);
        using var again = SigningKey.Load(KeyPath, phrase);
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.Equal(key.PublicKey.Bytes.ToArray(), Openssl("pkey", "-in", KeyPath, "-pubout", "-outform", "DER", "-passin", $"pass:{passphrase}")[^64..]);
    }

    [Fact]
    public void We_read_what_openssl_writes_and_no_key_of_another_curve()
    {
        Openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", KeyPath);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        using var key = SigningKey.Load(KeyPath);
        Assert.Equal(key.PublicKey.Bytes.ToArray(), Openssl("pkey", "-in", KeyPath, "-pubout", "-outform", "DER")[^64..]);

        var other = KeyPath + ".p256";
        Openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", other);
        File.SetUnixFileMode(other, UnixFileMode.UserRead);
        Assert.Same(SigningKeyFile.MalformedFile, Assert.Throws<CollabException>(() => SigningKey.Load(other)).Code);
    }

    private static byte[] Openssl(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        var problem = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, problem);
        return output.ToArray();
    }
}
