# Tail probabilities at 256 bits for tests/Collab.Statistics.Tests/Inference/PrecisionTests, by mpmath 1.3.0's arithmetic, logarithm of gamma and erfc, with series
# and continued fractions of our own (DLMF 8.7.1, 8.9.2, 8.17.22). Run in this folder: python3 tails.py > tails.csv
import mpmath as mp, csv, sys
mp.mp.prec = 256
def student(t, v):
    t, v = mp.mpf(t), mp.mpf(v)
    x = v/(v+t*t)
    # betainc regularized, upper tail = I_x(v/2,1/2)/2
    r = I(x, v/2, mp.mpf(1)/2)/2
    return r if t>=0 else 1-r
def I(x,a,b):
    # I_x(a,b) by hypergeometric: x^a (1-x)^b /(a B(a,b)) * 2F1(a+b,1;a+1;x)
    y=1-x
    if x*(a+b+2) < (a+1):
        return cf(x,a,b)
    return 1-cf(y,b,a)
def cf(x,a,b):
    # the continued fraction of the incomplete beta function (DLMF 8.17.22), Lentz's method
    lead = mp.exp(a*mp.log(x)+b*mp.log(1-x)-mp.log(a)-(mp.loggamma(a)+mp.loggamma(b)-mp.loggamma(a+b)))
    c=mp.mpf(1); d=1/(1-(a+b)*x/(a+1)); h=d; m=1
    while True:
        for aa in (m*(b-m)*x/((a+2*m-1)*(a+2*m)), -(a+m)*(a+b+m)*x/((a+2*m)*(a+2*m+1))):
            d=1/(1+aa*d); c=1+aa/c; h*=d*c
        if abs(d*c-1)<mp.mpf(2)**-250: return lead*h
        m+=1
def fisher(f,a,b):
    f,a,b=map(mp.mpf,(f,a,b)); x=b/(b+a*f)
    return I(x,b/2,a/2)
def chi(x,d):
    x,d=mp.mpf(x)/2,mp.mpf(d)/2
    if x<d+1:
        s=t=1/d;k=d
        while t>s*mp.mpf(2)**-250:
            k+=1;t*=x/k;s+=t
        return 1-s*mp.exp(-x+d*mp.log(x)-mp.loggamma(d))
    # continued fraction (Lentz)
    tiny=mp.mpf(2)**-2000
    b=x+1-d;c=1/tiny;dd=1/b;h=dd;i=1
    while True:
        an=-i*(i-d);b+=2;dd=an*dd+b
        dd=tiny if dd==0 else dd
        c=b+an/c
        c=tiny if c==0 else c
        dd=1/dd;de=dd*c;h*=de
        if abs(de-1)<mp.mpf(2)**-250: break
        i+=1
    return mp.exp(-x+d*mp.log(x)-mp.loggamma(d))*h
def normal(z): return mp.erfc(mp.mpf(z)/mp.sqrt(2))/2
def grid():
    out=[]
    for z in ["-8","-1.5","-0.25","0","0.001","0.5","1.96","3.1","6.5","12.25","25","37.5"]: out.append(("normal",z,"","",normal(z)))
    for v in ["1","2","3","4.75","11","38.5","199","1012.375","25000","1000000.5","99999998"]:
        for t in ["-2.5","-0.01","0","0.0078125","0.75","1.25","2","4.5","9.75","31","200"]:
            if float(v)>2e4 and float(t)>36: continue
            p=student(t,v)
            if p>mp.mpf('1e-300'): out.append(("student",t,v,"",p))
    for d in ["1","2","3","7","30","199","1000","17546"]:
        for r in ["0.01","0.3","0.9","1","1.1","1.5","3","12"]:
            x=float(d)*float(r)
            p=chi(x,d)
            if p>mp.mpf('1e-300'): out.append(("chi-squared",repr(x),d,"",p))
    for a in ["1","2","4","9","50"]:
        for b in ["3","20","180.5","4000","1000000"]:
            for f in ["0.0625","0.5","1","1.75","3.5","12","60"]:
                p=fisher(f,a,b)
                if p>mp.mpf('1e-300'): out.append(("fisher",f,a,b,p))
    for p in ["0.0005","0.005","0.025","0.1","0.975"]:
        q=mp.mpf(p)
        def root(f, guess):
            return mp.findroot(f, (guess, guess*mp.mpf("1.001")), solver="secant", tol=mp.mpf(2)**-400)
        z=root(lambda z: normal(-z)-q, mp.mpf("-2") if q<0.5 else mp.mpf("2")); out.append(("normal-quantile",p,"","",z))
        for v in ["1","2","3.5","7","40","1012.375","17547.25","1000000.5","99999998"]:
            guess=z if float(v)>30 else z*(1+6/mp.mpf(v)**2)
            out.append(("student-quantile",p,v,"",root(lambda t: student(-t,v)-q, guess)))
        for a,b in [("5","17.25"),("0.5","3"),("285","2096"),("100000","1"),("400000","600000")]:
            A,B=mp.mpf(a),mp.mpf(b); mean=A/(A+B); sd=mp.sqrt(A*B/(A+B+1))/(A+B)
            low,high=mp.mpf(0),mp.mpf(1)
            for _ in range(400):
                mid=(low+high)/2
                if I(mid,A,B)<q: low=mid
                else: high=mid
            out.append(("beta-quantile",p,a,b,low))
    w=csv.writer(sys.stdout, lineterminator="\n"); w.writerow(["distribution","x","a","b","value"])
    for n,x,a,b,p in out: w.writerow([n,x,a,b,mp.nstr(p,40)])
if __name__ == "__main__": grid()
