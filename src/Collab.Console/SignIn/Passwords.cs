using Collab.Console.People;
using Collab.Primitives;

namespace Collab.Console.SignIn;

/// <summary>What a password must be (NIST SP 800-63B, section 5.1.1.2): long, and none that everybody tries; no rules of digits and signs.</summary>
internal static class Passwords
{
    public const int Shortest = 12;
    public const int Longest = 256;

    // The commonest of twelve characters and more, and what the lists are made of: the rest of such lists is shorter.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "123456789012", "1234567890123", "12345678901234", "123456789012345", "1234567890123456", "012345678901", "098765432109", "111111111111", "000000000000",
        "123123123123", "112233445566", "121212121212", "123412341234", "987654321987", "qwertyuiop12", "qwertyuiop123", "qwertyuiopasdf", "qwertyuiop[]", "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "q1w2e3r4t5y6", "q1w2e3r4t5y6u7i8", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u8i", "asdfghjkl123", "asdfghjklzxcvbnm", "zxcvbnmasdfghjkl",
        "qazwsxedcrfv", "password1234", "password12345", "password123456", "passwordpassword", "password@123", "p@ssword1234", "p@ssw0rd1234", "passw0rd1234", "mypassword123",
        "changemeplease", "changeme1234", "changemechangeme", "letmeinplease", "letmein12345", "welcome12345", "welcome123456", "administrator", "administrator1", "admin1234567",
        "adminadminadmin", "adminadmin123", "administrator123", "rootrootroot", "iloveyou1234", "iloveyouforever", "iloveyousomuch", "superman1234", "baseball1234", "football1234",
        "correcthorsebatterystaple", "correct horse battery staple", "abcdefghijkl", "abcdefghijklm", "abcdefghijklmnop", "abcabcabcabc", "aaaaaaaaaaaa", "woaini1314520", "woaini5201314",
        "5201314520131", "520131452013", "a12345678901", "abc123456789", "abcd12345678", "qq1234567890", "aa1234567890", "zaq12wsxcde3", "zaq1xsw2cde3", "collabcollab", "collab123456", "hospital1234",
    };

    /// <summary>Throws unless it is good enough and was typed twice.</summary>
    public static void Check(string password, string again, string name)
    {
        Check(password, name);
        if (password != again) throw new CollabException(PeopleErrors.PasswordWeak, "The two passwords are not the same.");
    }

    /// <summary>Throws unless it is good enough.</summary>
    public static void Check(string password, string name)
    {
        if (password.Length is < Shortest or > Longest) throw new CollabException(PeopleErrors.PasswordWeak, $"A password has {Shortest} to {Longest} characters.");
        if (Common.Contains(password) || password.Distinct().Count() < 4 || password.Replace(name, "", StringComparison.OrdinalIgnoreCase).Length < Shortest - 4)
            throw new CollabException(PeopleErrors.PasswordWeak, "This password is one of those that everybody tries, or mostly the name.");
    }
}
