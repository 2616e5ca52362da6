using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Primitives;

namespace Collab.Console.Tests.People;

public sealed class PeopleRegisterTests : IDisposable
{
    private readonly MovedClock _clock = new();
    private readonly StoredPeople _store = new();
    private readonly PeopleRegister _people;

    public PeopleRegisterTests() => _people = new PeopleRegister(_store, _clock);

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_link_enrols_once()
    {
        var token = _people.Add("wei", [PersonRoles.Owner]);
        Assert.Equal("wei", _people.Enrol(token, Some).Name);
        Refused(PeopleErrors.LinkUnusable, () => _people.Enrol(token, Some));
        Refused(PeopleErrors.LinkUnusable, () => _people.Invited(token));
    }

    [Fact]
    public void A_link_is_void_after_a_day_after_a_new_one_and_for_whoever_guesses()
    {
        var first = _people.Add("wei", [PersonRoles.Owner]);
        var second = _people.Reset("wei");
        Refused(PeopleErrors.LinkUnusable, () => _people.Invited(first));
        Refused(PeopleErrors.LinkUnusable, () => _people.Invited(""));
        Refused(PeopleErrors.LinkUnusable, () => _people.Invited(new string('0', 64)));
        _clock.Move(PeopleRegister.LinkLifetime - TimeSpan.FromSeconds(1));
        Assert.Equal("wei", _people.Invited(second).Name);
        _clock.Move(TimeSpan.FromSeconds(1));
        Refused(PeopleErrors.LinkUnusable, () => _people.Enrol(second, Some));
    }

    [Fact]
    public void Whatever_takes_or_gives_rights_changes_the_version()
    {
        var token = _people.Add("wei", [PersonRoles.Owner]);
        var versions = new HashSet<long> { _people.Find("wei")!.Version };
        _people.Enrol(token, Some);
        Assert.True(versions.Add(_people.Find("wei")!.Version));
        _people.SetRoles("wei", [PersonRoles.Auditor, PersonRoles.Owner]);
        Assert.Equal([PersonRoles.Owner, PersonRoles.Auditor], _people.Find("wei")!.Roles);
        Assert.True(versions.Add(_people.Find("wei")!.Version));
        _people.Reset("wei");
        Assert.Null(_people.Find("wei")!.Credentials);
        Assert.True(versions.Add(_people.Find("wei")!.Version));
        _people.Remove("wei");
        _people.Add("wei", [PersonRoles.Owner]);
        Assert.True(versions.Add(_people.Find("wei")!.Version));
    }

    [Fact]
    public void The_last_operator_stays_one()
    {
        _people.Add("wei", [PersonRoles.Operator]);
        _people.Add("lin", [PersonRoles.Owner]);
        Refused(PeopleErrors.LastOperator, () => _people.Remove("wei"));
        Refused(PeopleErrors.LastOperator, () => _people.SetRoles("wei", [PersonRoles.Owner]));
        _people.SetRoles("lin", [PersonRoles.Operator]);
        _people.Remove("wei");
        Assert.Equal("lin", Assert.Single(_people.All).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Wei")]
    [InlineData("<b>wei</b>")]
    [InlineData(".wei")]
    [InlineData("wei/lin")]
    public void What_is_no_name_is_refused(string name) => Refused(PeopleErrors.Invalid, () => _people.Add(name, [PersonRoles.Owner]));

    [Fact]
    public void A_role_that_is_none_and_a_name_that_is_taken_are_refused()
    {
        Refused(PeopleErrors.Invalid, () => _people.Add("wei", []));
        Refused(PeopleErrors.Invalid, () => _people.Add("wei", ["root"]));
        _people.Add("wei", [PersonRoles.Owner]);
        Refused(PeopleErrors.Exists, () => _people.Add("wei", [PersonRoles.Owner]));
        Refused(PeopleErrors.Unknown, () => _people.Reset("lin"));
        Refused(PeopleErrors.Unknown, () => _people.Remove("lin"));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("password1234")]
    [InlineData("PASSWORD1234")]
    [InlineData("aaabbbaaabbbaaabbb")]
    [InlineData("wei.chen.wei.chen!")]
    public void A_password_that_everybody_tries_is_refused(string password) => Refused(PeopleErrors.PasswordWeak, () => Passwords.Check(password, "wei.chen"));

    [Fact]
    public void A_password_matches_itself_however_it_is_composed_and_nothing_else()
    {
        var hash = PasswordHash.Of("d\u00e9j\u00e0 vu in the rain");
        Assert.True(hash.Matches("de\u0301ja\u0300 vu in the rain"));
        Assert.False(hash.Matches("deja vu in the rain"));
        Assert.DoesNotContain("rain", hash.ToString(), StringComparison.Ordinal);
    }

    private static Credentials Some => new(new PasswordHash(new byte[16], new byte[32], 1), new byte[TimeCode.SecretSize], 0, []);

    private static void Refused(ErrorCode code, Action act) => Assert.Equal(code, Assert.Throws<CollabException>(act).Code);
}
